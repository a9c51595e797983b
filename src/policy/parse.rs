//! Text to document: the top level, and the reader that the other parts share.

use jiter::Jiter;
use jiter::JiterError;
use jiter::Peek;

use crate::policy::InvalidPolicy;
use crate::policy::PolicyDocument;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::Problem;
use crate::policy::ProblemKind;
use crate::policy::Statement;
use crate::policy::parse_statement::statement;

impl PolicyDocument {
    /// Parses a document of the given type.
    ///
    /// # Errors
    /// The text is not JSON, or a document that AWS could not have stored; every mistake is listed.
    pub fn parse(text: &str, policy_type: PolicyType) -> Result<Self, InvalidPolicy> {
        let mut reader = Reader::new(text, policy_type);
        let parsed = match document(&mut reader) {
            Ok(parsed) => parsed,
            Err(error) => {
                reader.syntax_error(&error);
                None
            }
        };
        match parsed {
            Some(document) if reader.problems.is_empty() => Ok(document),
            Some(_) | None => {
                reader.problems.sort_by_key(|problem| problem.offset);
                Err(InvalidPolicy {
                    problems: reader.problems.into(),
                })
            }
        }
    }
}

/// The JSON reader, the mistakes found so far, and where in the document we are.
pub(crate) struct Reader<'t> {
    text: &'t str,
    json: Jiter<'t>,
    pub(crate) policy_type: PolicyType,
    problems: Vec<Problem>,
    pub(crate) statement: Option<usize>,
}

/// A JSON syntax error ends the parse; mistakes of grammar do not.
pub(crate) type Syntax<T> = Result<T, JiterError>;

impl<'t> Reader<'t> {
    fn new(text: &'t str, policy_type: PolicyType) -> Self {
        Self {
            text,
            json: Jiter::new(text.as_bytes()),
            policy_type,
            problems: Vec::new(),
            statement: None,
        }
    }

    /// The byte at which the next value begins.
    pub(crate) fn offset(&mut self) -> usize {
        // Peeking skips the white space before the value.
        let _ = self.json.peek();
        self.json.current_index()
    }

    /// The byte after the last value.
    pub(crate) fn end(&self) -> usize {
        self.json.current_index()
    }

    pub(crate) fn problem(&mut self, offset: usize, kind: ProblemKind) {
        self.problems.push(Problem {
            kind,
            statement: self.statement,
            offset,
        });
    }

    fn syntax_error(&mut self, error: &JiterError) {
        let offset = error.index.min(self.text.len());
        let text = error.error_type.to_string();
        self.problem(offset, ProblemKind::Syntax(text));
    }

    pub(crate) fn peek(&mut self) -> Syntax<Peek> {
        self.json.peek()
    }

    pub(crate) fn skip(&mut self) -> Syntax<()> {
        self.json.next_skip()
    }

    /// Enters an object and hands each key to `member`, which must consume the value.
    /// Another JSON type is a mistake, and is skipped.
    pub(crate) fn object(&mut self, name: &str, mut member: impl FnMut(&mut Self, &str, usize) -> Syntax<()>) -> Syntax<bool> {
        let at = self.offset();
        if self.peek()? != Peek::Object {
            self.problem(
                at,
                ProblemKind::WrongType {
                    member: name.to_owned(),
                    expected: "an object",
                },
            );
            self.skip()?;
            return Ok(false);
        }
        // One buffer for all keys of the object: the reader hands out each only until it reads on.
        let mut key = String::new();
        let mut next = self.json.known_object()?;
        while let Some(text) = next {
            key.clear();
            key.push_str(text);
            let at = self.offset();
            member(self, &key, at)?;
            next = self.json.next_key()?;
        }
        Ok(true)
    }

    /// Reads one value or an array of them (E14).
    pub(crate) fn one_or_many(&mut self, mut item: impl FnMut(&mut Self) -> Syntax<()>) -> Syntax<()> {
        if self.peek()? != Peek::Array {
            return item(self);
        }
        let mut next = self.json.known_array()?;
        while next.is_some() {
            item(self)?;
            next = self.json.array_step()?;
        }
        Ok(())
    }

    /// A string; another JSON type is a mistake, and is skipped.
    pub(crate) fn string(&mut self, name: &str) -> Syntax<Option<Box<str>>> {
        let at = self.offset();
        if self.peek()? == Peek::String {
            return Ok(Some(self.json.known_str()?.into()));
        }
        self.problem(
            at,
            ProblemKind::WrongType {
                member: name.to_owned(),
                expected: "a string",
            },
        );
        self.skip()?;
        Ok(None)
    }

    /// A string, number or Boolean as text (E27); `None` for other types, which are skipped.
    pub(crate) fn scalar(&mut self) -> Syntax<Option<Box<str>>> {
        let start = self.offset();
        let peek = self.peek()?;
        if peek == Peek::String {
            return Ok(Some(self.json.known_str()?.into()));
        }
        self.skip()?;
        let is_scalar = peek.is_num() || matches!(peek, Peek::True | Peek::False);
        Ok(self.text.get(start..self.end()).filter(|_| is_scalar).map(Into::into))
    }

    fn finish(&mut self) -> Syntax<()> {
        self.json.finish()
    }
}

fn document(reader: &mut Reader<'_>) -> Syntax<Option<PolicyDocument>> {
    let mut version = None;
    let mut id = None;
    let mut statements: Option<Vec<Statement>> = None;
    let start = reader.offset();
    let is_object = reader.object("the document", |reader, key, at| match key {
        "Version" if version.is_none() => {
            version = Some(document_version(reader)?);
            Ok(())
        }
        "Id" if id.is_none() => {
            if !reader.policy_type.allows_id() {
                reader.problem(
                    at,
                    ProblemKind::NotInThisType {
                        member: "Id",
                        policy_type: reader.policy_type,
                    },
                );
            }
            id = Some(reader.string("Id")?);
            Ok(())
        }
        "Statement" if statements.is_none() => {
            statements = Some(document_statements(reader)?);
            Ok(())
        }
        "Version" | "Id" | "Statement" => {
            reader.problem(at, ProblemKind::DuplicateMember(key.to_owned()));
            reader.skip()
        }
        other => {
            reader.problem(at, ProblemKind::UnknownElement(other.to_owned()));
            reader.skip()
        }
    })?;
    reader.finish()?;
    if is_object && statements.is_none() {
        reader.problem(start, ProblemKind::Missing("Statement"));
    }
    let statements = statements.unwrap_or_default();
    duplicate_sids(reader, &statements);
    Ok(is_object.then(|| PolicyDocument {
        version: version.flatten().unwrap_or(PolicyVersion::V2008),
        version_is_written: version.is_some(),
        id: id.flatten(),
        statements: statements.into(),
    }))
}

fn document_version(reader: &mut Reader<'_>) -> Syntax<Option<PolicyVersion>> {
    let at = reader.offset();
    let Some(text) = reader.string("Version")? else {
        return Ok(None);
    };
    match &*text {
        "2012-10-17" => Ok(Some(PolicyVersion::V2012)),
        "2008-10-17" => Ok(Some(PolicyVersion::V2008)),
        other => {
            reader.problem(at, ProblemKind::UnknownVersion(other.to_owned()));
            Ok(None)
        }
    }
}

fn document_statements(reader: &mut Reader<'_>) -> Syntax<Vec<Statement>> {
    let mut statements = Vec::new();
    let mut index = 0;
    reader.one_or_many(|reader| {
        reader.statement = Some(index);
        statements.extend(statement(reader)?);
        index += 1;
        Ok(())
    })?;
    reader.statement = None;
    Ok(statements)
}

/// E23: unique within the document, where IAM stores it.
fn duplicate_sids(reader: &mut Reader<'_>, statements: &[Statement]) {
    if !reader.policy_type.is_stored_by_iam() {
        return;
    }
    for (index, later) in statements.iter().enumerate() {
        let Some(sid) = &later.sid else { continue };
        if statements.iter().take(index).any(|earlier| earlier.sid.as_ref() == Some(sid)) {
            reader.problem(later.span.start, ProblemKind::DuplicateSid(sid.to_string()));
        }
    }
}
