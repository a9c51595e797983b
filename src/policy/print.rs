//! Document to text: an equivalent document, lone values without brackets.

use serde_json::Map;
use serde_json::Value;

use crate::policy::ActionClause;
use crate::policy::ConditionBlock;
use crate::policy::ConditionOperator;
use crate::policy::PolicyDocument;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;
use crate::policy::ResourceClause;
use crate::policy::Statement;

impl PolicyDocument {
    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        if self.version_is_written {
            object.insert("Version".to_owned(), self.version.as_str().into());
        }
        if let Some(id) = &self.id {
            object.insert("Id".to_owned(), (**id).into());
        }
        object.insert(
            "Statement".to_owned(),
            self.statements.iter().map(Statement::to_json).collect(),
        );
        Value::Object(object)
    }
}

impl Statement {
    /// The statement as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        if let Some(sid) = &self.sid {
            object.insert("Sid".to_owned(), (**sid).into());
        }
        object.insert("Effect".to_owned(), self.effect.as_str().into());
        match &self.principal {
            Some(PrincipalClause::Only(entries)) => object.insert("Principal".to_owned(), principals(entries)),
            Some(PrincipalClause::AllBut(entries)) => object.insert("NotPrincipal".to_owned(), principals(entries)),
            None => None,
        };
        let name = if matches!(self.action, ActionClause::Only(_)) {
            "Action"
        } else {
            "NotAction"
        };
        object.insert(
            name.to_owned(),
            list(self.action.patterns().iter().map(crate::ident::ActionPattern::as_str)),
        );
        match &self.resource {
            Some(ResourceClause::Only(texts)) => object.insert("Resource".to_owned(), list(texts.iter().map(|text| &**text))),
            Some(ResourceClause::AllBut(texts)) => {
                object.insert("NotResource".to_owned(), list(texts.iter().map(|text| &**text)))
            }
            None => None,
        };
        if let Some(condition) = condition(&self.condition) {
            object.insert("Condition".to_owned(), condition);
        }
        Value::Object(object)
    }
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    let mut values: Vec<Value> = texts.map(Into::into).collect();
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Array(values)
    }
}

fn principals(entries: &[PrincipalEntry]) -> Value {
    if entries == [PrincipalEntry::Everyone] {
        return "*".into();
    }
    let mut members = Map::new();
    for member in ["AWS", "Service", "Federated", "CanonicalUser"] {
        let named: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.member() == member)
            .map(PrincipalEntry::as_str)
            .collect();
        if !named.is_empty() {
            members.insert(member.to_owned(), list(named.into_iter()));
        }
    }
    Value::Object(members)
}

fn condition(block: &ConditionBlock) -> Option<Value> {
    if block.tests.is_empty() && !block.has_empty_part {
        return None;
    }
    let mut operators = Map::new();
    for test in &block.tests {
        let keys = operators
            .entry(test.operator_text())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = keys {
            keys.insert(test.key.as_str().to_owned(), list(test.values.iter().map(|value| &**value)));
        }
    }
    if block.has_empty_part && !block.tests.is_empty() {
        let unused = ConditionOperator::ALL
            .into_iter()
            .map(ConditionOperator::as_str)
            .find(|name| !operators.contains_key(*name));
        operators.extend(unused.map(|name| (name.to_owned(), Value::Object(Map::new()))));
    }
    Some(Value::Object(operators))
}
