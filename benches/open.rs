//! How fast a LLaVA file opens.

fn main() {}
