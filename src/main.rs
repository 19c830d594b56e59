//! The `fantail` program: arguments in, command out.

fn main() {}
