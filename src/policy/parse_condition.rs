//! The `Condition` element (E16, E27, E29, E35).

use jiter::Peek;

use crate::policy::ConditionBlock;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::ProblemKind;
use crate::policy::SetQualifier;
use crate::policy::parse::Reader;
use crate::policy::parse::Syntax;

pub(crate) fn condition_block(reader: &mut Reader<'_>) -> Syntax<ConditionBlock> {
    let mut tests = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut has_empty_part = false;
    let is_object = reader.object("Condition", |reader, operator, at| {
        if seen.iter().any(|earlier| earlier == operator) {
            reader.problem(at, ProblemKind::DuplicateMember(operator.to_owned()));
            return reader.skip();
        }
        seen.push(operator.to_owned());
        let Some(form) = Form::from_spelling(operator) else {
            reader.problem(at, ProblemKind::UnknownOperator(operator.to_owned()));
            return reader.skip();
        };
        let before = tests.len();
        keys_of(reader, operator, &form, &mut tests)?;
        has_empty_part |= tests.len() == before;
        Ok(())
    })?;
    has_empty_part |= is_object && seen.is_empty();
    Ok(ConditionBlock {
        tests: tests.into(),
        has_empty_part,
    })
}

/// An operator with its qualifier and suffix.
struct Form {
    qualifier: Option<SetQualifier>,
    operator: ConditionOperator,
    if_exists: bool,
}

impl Form {
    fn from_spelling(text: &str) -> Option<Self> {
        let (qualifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(SetQualifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetQualifier::ForAnyValue), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        let operator = ConditionOperator::from_spelling(name)?;
        // E139: Null knows no IfExists.
        (!(if_exists && operator == ConditionOperator::Null)).then_some(Self {
            qualifier,
            operator,
            if_exists,
        })
    }
}

fn keys_of(reader: &mut Reader<'_>, operator: &str, form: &Form, tests: &mut Vec<ConditionTest>) -> Syntax<()> {
    let first = tests.len();
    reader.object(operator, |reader, key, at| {
        let key = ContextKey::new(key);
        if tests.iter().skip(first).any(|earlier| earlier.key == key) {
            reader.problem(at, ProblemKind::DuplicateConditionKey(key.as_str().to_owned()));
            return reader.skip();
        }
        let mut values = Vec::new();
        reader.one_or_many(|reader| {
            let at = reader.offset();
            let is_null = reader.peek()? == Peek::Null;
            match reader.scalar()? {
                Some(text) => values.push(text),
                None if is_null => reader.problem(at, ProblemKind::NullValue(key.as_str().to_owned())),
                None => {
                    let member = key.as_str().to_owned();
                    reader.problem(
                        at,
                        ProblemKind::WrongType {
                            member,
                            expected: "a string, number or Boolean",
                        },
                    );
                }
            }
            Ok(())
        })?;
        let Form {
            qualifier,
            operator,
            if_exists,
        } = *form;
        tests.push(ConditionTest {
            operator,
            qualifier,
            if_exists,
            key,
            values: values.into(),
        });
        Ok(())
    })?;
    Ok(())
}
