//! Owns our own corrections by context, for the confusions between nouns, verbs and adjectives that the
//! learned patches leave.
//!
//! Invariant: makes a word a noun or a verb only where WordNet lists its lemma as one.

mod form;

use super::Sentence;
use crate::language::Language;
use crate::language::tag::Tag;
use crate::language::tokenizer::{Kind, shape};
use form::Form;

/// Corrects the tags of a sentence, from left to right.
pub(super) fn correct(language: &Language, sentence: &mut Sentence<'_>) {
    for at in 0..sentence.tags.len() {
        let tag = sentence.tags[at];
        let context = Context { language, sentence, at };
        let corrected = match tag {
            Tag::Verb => context.verb(),
            Tag::Noun | Tag::Propn => context.noun(tag),
            Tag::Adj => context.adjective(),
            Tag::Pron => context.pronoun(),
            _ => None,
        };
        if let Some(corrected) = corrected {
            sentence.tags[at] = corrected;
        }
    }
}

/// One word with its neighbours.
struct Context<'a, 's> {
    language: &'a Language,
    sentence: &'a Sentence<'s>,
    at: usize,
}

impl Context<'_, '_> {
    fn tag(&self, distance: isize) -> Tag {
        let at = self.at.checked_add_signed(distance);
        at.and_then(|at| self.sentence.tags.get(at)).copied().unwrap_or(Tag::Punct)
    }

    /// The known word at a distance, in small letters; empty where there is none.
    fn word(&self, distance: isize) -> &str {
        let at = self.at.checked_add_signed(distance);
        let id = at.and_then(|at| self.sentence.words.get(at));
        id.map_or("", |id| self.language.words.text(*id))
    }

    fn written(&self) -> &str {
        &self.sentence.text[self.sentence.tokens[self.at].range()]
    }

    fn form(&self) -> Form {
        Form::of(self.language, self.written(), self.sentence.words[self.at])
    }

    fn lexical(&self) -> Tag {
        self.language.words.entry(self.sentence.words[self.at]).tag
    }

    fn verb(&self) -> Option<Tag> {
        let form = self.form();
        if self.lexical().is_noun() && !form.can_be_verb() {
            return Some(self.lexical());
        }
        (form.can_be_noun() && self.stands_as_noun(form)).then_some(Tag::Noun)
    }

    /// Whether a word that may be a verb stands where only a noun can.
    fn stands_as_noun(&self, form: Form) -> bool {
        let (before, after) = (self.tag(-1), self.tag(1));
        let compound = after.is_noun() || after == Tag::Adj || self.word(1) == "-";
        if form.is_participle() && (compound || !form.is_listed_noun()) {
            return false;
        }
        let owned = self.determined(-1);
        let described = before == Tag::Adj && (self.determined(-2) || self.tag(-2) == Tag::Adp);
        let governed = before == Tag::Adp && !form.is_participle() && self.word(-1) != "to";
        let closes = matches!(after, Tag::Punct | Tag::Adp | Tag::Aux | Tag::Verb | Tag::Cconj | Tag::Sconj);
        owned || described || governed || self.ends_noun_phrase(form) && (closes || compound)
    }

    /// An article, a possessive or a genitive at a distance.
    fn determined(&self, distance: isize) -> bool {
        match self.word(distance) {
            "a" | "an" | "the" | "my" | "your" | "his" | "its" | "our" | "their" | "every" | "another" | "no" => true,
            "'s" | "'" => self.tag(distance) == Tag::Part,
            "her" => !matches!(self.tag(distance - 1), Tag::Verb),
            _ => false,
        }
    }

    /// A base form after "the … singular noun", where a verb would have to agree ("the game show").
    fn ends_noun_phrase(&self, form: Form) -> bool {
        if !form.is_base() || !self.tag(-1).is_noun() || self.word(-1).ends_with('s') {
            return false;
        }
        let mut distance = -2;
        while distance > -5 && (self.tag(distance).is_noun() || self.tag(distance) == Tag::Adj) {
            distance -= 1;
        }
        self.determined(distance) && !self.helped(distance)
    }

    /// Whether an auxiliary or a verb of causing or seeing stands before, so that a base form may follow.
    fn helped(&self, from: isize) -> bool {
        (from - 3..from).any(|distance| {
            self.tag(distance) == Tag::Aux
                || matches!(self.word(distance), "let" | "make" | "makes" | "help" | "helps" | "see" | "watch" | "have")
        })
    }

    fn noun(&self, tag: Tag) -> Option<Tag> {
        let lexical = self.lexical();
        if lexical == Tag::Aux && !matches!(self.word(0), "am" | "can" | "will" | "must" | "might" | "may") {
            return Some(Tag::Aux);
        }
        if self.names(tag) {
            return None;
        }
        if tag == Tag::Propn && lexical == Tag::Noun && !self.sentence.tokens[self.at].has(shape::CAPITAL) {
            return Some(Tag::Noun);
        }
        self.direction().or_else(|| {
            let form = self.form();
            let verb = if form.is_participle() { self.progresses() } else { self.stands_as_verb(form) };
            (form.can_be_verb() && verb).then_some(Tag::Verb)
        })
    }

    /// A capital inside a sentence: a name stays a name.
    fn names(&self, tag: Tag) -> bool {
        let token = self.sentence.tokens[self.at];
        tag == Tag::Propn && token.has(shape::CAPITAL) && !token.has(shape::OPENS)
    }

    /// "home", "way more", "north of": adverbs that the lexicon calls nouns.
    fn direction(&self) -> Option<Tag> {
        let adverb = match self.word(0) {
            "home" => self.tag(-1) == Tag::Verb && !self.tag(1).is_noun(),
            "way" => matches!(self.word(1), "more" | "too" | "better" | "over"),
            "north" | "south" | "west" | "east" => self.word(1) == "of" && self.word(-1) != "the",
            "top" | "female" | "male" | "light" | "net" | "associate" => {
                let adjective = self.tag(1).is_noun() || matches!(self.tag(1), Tag::Num | Tag::Adj);
                return adjective.then_some(Tag::Adj);
            }
            _ => false,
        };
        adverb.then_some(Tag::Adv)
    }

    /// "is resting on": a participle after a form of "be".
    fn progresses(&self) -> bool {
        let be = matches!(self.word(-1), "is" | "are" | "was" | "were" | "be" | "been" | "'s" | "'re" | "'m");
        be && self.tag(-1) == Tag::Aux
            && self.word(0).ends_with("ing")
            && matches!(self.tag(1), Tag::Adp | Tag::Det | Tag::Pron | Tag::Adv)
    }

    /// "The image features children": the first verb of a sentence, which agrees with its subject.
    fn shows(&self, form: Form) -> bool {
        let subject = self.tag(-1) == Tag::Noun && (self.determined(-2) || self.word(-2) == "this");
        let shown = self.tag(1).is_noun() || matches!(self.tag(1), Tag::Adj | Tag::Num);
        !form.is_base() && subject && shown && self.at < 4 && self.agrees(form)
    }

    /// Whether a word that may be a noun stands where only a verb can.
    fn stands_as_verb(&self, form: Form) -> bool {
        let skip = if self.tag(-1) == Tag::Adv || matches!(self.word(-1), "n't" | "not") { -2 } else { -1 };
        let base = form.is_base();
        let opens_object = matches!(self.tag(1), Tag::Det | Tag::Pron) || self.word(1) == "that";
        match self.word(skip) {
            "i" | "you" | "we" | "they" => base && !self.tag(1).is_noun(),
            "he" | "she" => !base,
            "who" => true,
            "it" | "which" => !base && !self.tag(1).is_noun(),
            "will" | "would" | "can" | "could" | "should" | "must" | "might" | "'ll" | "ca" | "wo" => {
                base && self.word(0) != "people" && self.tag(skip) == Tag::Aux
            }
            "do" | "does" | "did" => base && skip == -2,
            "to" => base && opens_object,
            "please" => base,
            _ => self.shows(form) || opens_object && (self.agrees(form) || base && self.begins()),
        }
    }

    /// Whether the word agrees in number with a noun directly before it: "a dog chases", "dogs chase".
    fn agrees(&self, form: Form) -> bool {
        let before = self.word(-1);
        let plural = before.ends_with('s') || matches!(before, "people" | "men" | "women" | "children");
        self.tag(-1).is_noun() && form.is_base() == plural && !before.is_empty()
    }

    /// Whether nothing but marks and "and" stand before the word in its clause.
    fn begins(&self) -> bool {
        self.at == 0 || self.sentence.tokens[self.at].has(shape::OPENS)
    }

    fn adjective(&self) -> Option<Tag> {
        if self.sentence.tokens[self.at].kind == Kind::Number {
            return (self.tag(-1) == Tag::Propn).then_some(Tag::Noun);
        }
        let word = self.word(0);
        let settled = word.ends_with("est")
            || matches!(
                word,
                "little"
                    | "few"
                    | "same"
                    | "worst"
                    | "most"
                    | "least"
                    | "first"
                    | "last"
                    | "next"
                    | "own"
                    | "only"
                    | "more"
                    | "less"
                    | "latter"
                    | "former"
                    | "second"
                    | "third"
                    | "poor"
                    | "rich"
                    | "other"
            );
        let after = matches!(self.tag(1), Tag::Punct | Tag::Adp | Tag::Aux | Tag::Verb) && self.word(1) != "-";
        let noun = after && !settled && self.determined(-1) && self.form().is_listed_noun();
        noun.then_some(Tag::Noun)
    }

    /// "US" is a country, "us" is not.
    fn pronoun(&self) -> Option<Tag> {
        (self.written() == "US").then_some(Tag::Propn)
    }
}
