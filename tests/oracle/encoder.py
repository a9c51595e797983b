"""A question as an SMT problem, from the rules of policy evaluation (E…): is there a request that succeeds?"""

import ipaddress
import json
import re
from datetime import datetime
from decimal import Decimal

import cvc5
from cvc5 import Kind

from theory import ACCOUNT, ACTIONS, AS_OF, MULTIVALUED, REGIONS, TYPES, identity

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
# E99 for the tags of identities; ECS is as strict, EC2 takes any character.
TAG_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:/=+-@"
NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
HOUR = 3600
COMPARISONS = {
    "Equals": Kind.EQUAL,
    "NotEquals": Kind.EQUAL,
    "LessThan": Kind.LT,
    "LessThanEquals": Kind.LEQ,
    "GreaterThan": Kind.GT,
    "GreaterThanEquals": Kind.GEQ,
}


class OpenPoint(Exception):
    """AWS does not say what a test means; no question should hold it."""


class Key:
    """A key of the request: whether it is there, and with what value; a set has slots of (used, value)."""

    def __init__(self, kind, present, value=None, slots=()):
        self.kind = kind
        self.present = present
        self.value = value
        self.slots = slots


class Encoder:
    """One question; `flaws` are bugs planted on purpose."""

    def __init__(self, question, flaws=(), limit=5000):
        self.question = question
        self.flaws = set(flaws)
        self.action = ACTIONS[question["action"]]
        self.tm = cvc5.TermManager()
        self.solver = cvc5.Solver(self.tm)
        self.solver.setLogic("ALL")
        self.solver.setOption("produce-models", "true")
        self.solver.setOption("strings-exp", "true")
        self.solver.setOption("tlimit-per", str(limit))
        self.true = self.tm.mkBoolean(True)
        self.false = self.tm.mkBoolean(False)
        self.no_text = self.tm.mkString("")
        # What AWS leaves open counts against the request: whether a test must hold for certain, or only may.
        self.is_strict = True
        self.constraints = []
        self.documents = [("identity", question["identity"])]
        if question["boundary"] is not None:
            self.documents.append(("boundary", [question["boundary"]]))
        self.documents += [("scp", level) for level in question["scps"]]
        self.tests = list(self.all_tests())
        self.keys = {}
        self.make_request()

    # Small words for terms.

    def term(self, kind, *terms):
        return self.tm.mkTerm(kind, *terms)

    def all(self, terms):
        terms = [term for term in terms if term != self.true]
        if any(term == self.false for term in terms):
            return self.false
        if len(terms) < 2:
            return terms[0] if terms else self.true
        return self.term(Kind.AND, *terms)

    def any(self, terms):
        terms = [term for term in terms if term != self.false]
        if any(term == self.true for term in terms):
            return self.true
        if len(terms) < 2:
            return terms[0] if terms else self.false
        return self.term(Kind.OR, *terms)

    def negate(self, term):
        if term == self.true:
            return self.false
        if term == self.false:
            return self.true
        return self.term(Kind.NOT, term)

    def either(self, condition, then, other):
        if condition == self.true:
            return then
        if condition == self.false:
            return other
        return self.term(Kind.ITE, condition, then, other)

    def certain(self, value):
        return self.true if value else self.false

    def text(self, text):
        return self.tm.mkString(text)

    def fresh(self, sort, name):
        return self.tm.mkConst(sort, name)

    def boolean(self, name):
        return self.fresh(self.tm.getBooleanSort(), name)

    def string(self, name):
        return self.fresh(self.tm.getStringSort(), name)

    def integer(self, number):
        return self.tm.mkInteger(number)

    def equal(self, left, right):
        return self.term(Kind.EQUAL, left, right)

    # Regular expressions.

    def letters(self, characters):
        """One of these characters."""
        runs = []
        for character in sorted(set(characters)):
            if runs and ord(character) == ord(runs[-1][1]) + 1:
                runs[-1][1] = character
            else:
                runs.append([character, character])
        ranges = [self.term(Kind.REGEXP_RANGE, self.text(a), self.text(b)) for a, b in runs]
        return ranges[0] if len(ranges) == 1 else self.term(Kind.REGEXP_UNION, *ranges)

    def some(self, characters):
        return self.term(Kind.REGEXP_PLUS, self.letters(characters))

    def any_run(self, colon=True):
        one = self.any_one(colon)
        return self.term(Kind.REGEXP_STAR, one)

    def any_one(self, colon=True):
        anything = self.tm.mkRegexpAllchar()
        if colon:
            return anything
        return self.term(Kind.REGEXP_DIFF, anything, self.literal(":"))

    def literal(self, text):
        return self.term(Kind.STRING_TO_REGEXP, self.text(text))

    def sequence(self, parts):
        parts = parts or [self.literal("")]
        return parts[0] if len(parts) == 1 else self.term(Kind.REGEXP_CONCAT, *parts)

    def glob(self, tokens, colon=True):
        """Tokens are characters, and the words ANY and ONE."""
        parts = []
        run = ""
        for token in tokens:
            if token in ("ANY", "ONE"):
                if run:
                    parts.append(self.literal(run))
                run = ""
                parts.append(self.any_run(colon) if token == "ANY" else self.any_one(colon))
            else:
                run += token
        if run:
            parts.append(self.literal(run))
        return self.sequence(parts)

    def fold(self, text):
        """The text in any case."""
        return self.sequence([self.letters(c.lower() + c.upper()) for c in text])

    def inside(self, value, regexp):
        return self.term(Kind.STRING_IN_REGEXP, value, regexp)

    # The request.

    def all_tests(self):
        for _, documents in self.documents:
            for document in documents:
                for statement in document["Statement"]:
                    for operator, keys in statement.get("Condition", {}).items():
                        for key, values in keys.items():
                            yield operator, self.canonical(key), values

    def canonical(self, key):
        """E112; E303: a service's name for the resource's tag is another name of the same key."""
        key = key.lower()
        prefix, _, rest = key.partition(":")
        if rest.startswith("resourcetag/") and prefix in self.action.resource_tags:
            return "aws:" + rest
        return key

    def make_request(self):
        action = self.action
        is_role = self.question["is_role"]
        for key, value in identity(self.question).items():
            kind = TYPES.get(key, "string")
            term = self.certain(value == "true") if kind == "bool" else self.text(value)
            self.keys[key] = Key(kind, self.true, term)
        if is_role:
            session = self.string("session")
            self.constraints.append(self.inside(session, self.term(Kind.REGEXP_CONCAT, *[self.letters(NAME_CHARACTERS)] * 2,
                                                                   self.term(Kind.REGEXP_STAR, self.letters(NAME_CHARACTERS + "+=,.@")))))
            self.session = session
            value = self.term(Kind.STRING_CONCAT, self.text("AROADEV0000000000001:"), session)
            self.keys["aws:userid"] = Key("string", self.true, value)

        self.region = self.string("region")
        self.constraints.append(self.in_regions(REGIONS))
        self.keys["aws:requestedregion"] = Key("string", self.true, self.region)
        if action.service == "ec2":
            self.keys["ec2:region"] = Key("string", self.true, self.region)
        self.make_resource()
        self.make_credentials(is_role)
        self.make_network()
        self.make_tags()
        agent = self.string("agent")
        self.constraints.append(self.inside(agent, self.some(PRINTABLE)))
        self.keys["aws:useragent"] = Key("string", self.boolean("has agent"), agent)

    def make_resource(self):
        letters = {
            "instance": None,
            "cluster": NAME_CHARACTERS,
            "service": NAME_CHARACTERS,
            "accesspoint": "abcdefghijklmnopqrstuvwxyz0123456789-",
            "bucket": "abcdefghijklmnopqrstuvwxyz0123456789.-",
            "object": NAME_CHARACTERS + "/.",
        }
        self.names = {}
        self.resources = []
        self.is_second = self.boolean("is the second format") if len(self.action.formats) > 1 else self.false
        for place, shape in enumerate(self.action.formats):
            parts = [self.text(part) if part[0] != "$" else self.named(part[1:], letters) for part in shape.parts]
            resource = parts[0] if len(parts) == 1 else self.term(Kind.STRING_CONCAT, *parts)
            self.resources.append((self.is_second if place else self.negate(self.is_second), shape, resource))
        self.cluster = None
        if self.action.name == "ecs:DeleteService":
            head = [self.text("arn:aws:ecs:"), self.region, self.text(f":{ACCOUNT}:cluster/"), self.names["cluster"]]
            self.cluster = self.term(Kind.STRING_CONCAT, *head)
            self.keys["ecs:cluster"] = Key("arn", self.true, self.cluster)
        if self.action.name == "ec2:TerminateInstances":
            self.keys["ec2:instanceid"] = Key("string", self.true, self.names["instance"])

    def named(self, name, letters):
        """The variable of a format."""
        if name not in self.names:
            value = self.string(name)
            shape = self.some(letters[name]) if letters[name] else self.sequence([self.literal("i-"), self.some("0123456789abcdef")])
            self.constraints.append(self.inside(value, shape))
            self.names[name] = value
            if name == "bucket":
                # U5: whether a pattern for access points means such a bucket's objects, too, is open.
                self.constraints.append(self.negate(self.equal(value, self.text("accesspoint"))))
        return self.names[name]

    def make_credentials(self, is_role):
        """E240, E246, E343, E351; roles never prove MFA, and what else U17 leaves open is not asked."""
        whole = self.tm.getIntegerSort()
        self.now = self.fresh(whole, "now")
        self.issued = self.fresh(whole, "issued")
        self.age = self.fresh(whole, "age")
        self.has_token = self.true if is_role else self.boolean("has token")
        self.has_mfa = self.false if is_role else self.boolean("has mfa")
        longest = (12 if is_role else 36) * HOUR
        self.constraints += [
            self.term(Kind.GEQ, self.now, self.integer(AS_OF)),
            self.term(Kind.LEQ, self.issued, self.now),
            self.term(Kind.LEQ, self.now, self.term(Kind.ADD, self.issued, self.integer(longest))),
            self.term(Kind.GEQ, self.age, self.integer(0)),
            self.term(Kind.IMPLIES, self.has_mfa, self.has_token),
        ]
        self.keys["aws:currenttime"] = Key("date", self.true, self.now)
        self.keys["aws:epochtime"] = Key("epoch", self.true, self.now)
        self.keys["aws:tokenissuetime"] = Key("date", self.has_token, self.issued)
        mfa_is_told = self.false if is_role else self.has_token
        self.keys["aws:multifactorauthpresent"] = Key("bool", mfa_is_told, self.has_mfa)
        self.keys["aws:multifactorauthage"] = Key("numeric", self.has_mfa, self.age)

    def make_network(self):
        """E250, E346, E351."""
        self.secure = self.boolean("secure")
        self.via = self.boolean("via")
        self.private = self.boolean("private")
        self.keys["aws:securetransport"] = Key("bool", self.true, self.secure)
        self.keys["aws:viaawsservice"] = Key("bool", self.true, self.via)
        count = 1 + sum(key == "aws:calledvia" for _, key, _ in self.tests)
        services = []
        for index in range(count):
            used, name = self.boolean(f"via {index}"), self.string(f"service {index}")
            shape = self.sequence([self.some("abcdefghijklmnopqrstuvwxyz0123456789-"), self.literal(".amazonaws.com")])
            self.constraints.append(self.inside(name, shape))
            self.constraints.append(self.term(Kind.IMPLIES, used, self.via))
            services.append((used, name))
        self.keys["aws:calledvia"] = Key("string", self.any(used for used, _ in services), slots=services)
        public = self.negate(self.private)
        self.addresses = {}
        for key, present in (("aws:sourceip", public), ("aws:vpcsourceip", self.private)):
            is_v6 = self.boolean(key + " is v6")
            v4 = self.fresh(self.tm.mkBitVectorSort(32), key + " v4")
            v6 = self.fresh(self.tm.mkBitVectorSort(128), key + " v6")
            self.addresses[key] = (is_v6, v4, v6)
            self.keys[key] = Key("ip", present, (is_v6, v4, v6))
        for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"):
            self.constraints.append(self.negate(self.in_block(self.addresses["aws:sourceip"], block)))
        for key, start in (("aws:sourcevpc", "vpc-"), ("aws:sourcevpce", "vpce-")):
            value = self.string(key)
            self.constraints.append(self.inside(value, self.sequence([self.literal(start), self.some("0123456789abcdef")])))
            self.keys[key] = Key("string", self.private, value)

    def make_tags(self):
        wanted = {key for _, key, _ in self.tests}
        wanted |= {self.canonical(key) for key in re.findall(r"\$\{([^},]+)", json.dumps(self.question))}
        tag = self.letters(PRINTABLE if self.action.service == "ec2" else TAG_CHARACTERS)
        for key in sorted(wanted):
            prefix, _, name = key.partition("/")
            of_resource = prefix == "aws:resourcetag" and self.action.resource_tags
            of_request = prefix == "aws:requesttag" and self.action.request_tags
            if not (of_resource or of_request):
                continue
            value = self.string(key)
            self.constraints.append(self.inside(value, self.term(Kind.REGEXP_STAR, tag)))
            self.keys[key] = Key("string", self.boolean("has " + key), value)
        if not self.action.request_tags:
            return
        passed = [key for key in self.keys if key.startswith("aws:requesttag/")]
        count = 1 + len(passed) + sum(key == "aws:tagkeys" for _, key, _ in self.tests)
        slots = []
        for index in range(count):
            used, name = self.boolean(f"passes {index}"), self.string(f"tag key {index}")
            self.constraints.append(self.inside(name, self.term(Kind.REGEXP_PLUS, tag)))
            slots.append((used, name))
        self.keys["aws:tagkeys"] = Key("string", self.any(used for used, _ in slots), slots=slots)
        for key in passed:
            # E351: a tag is passed exactly if its key is among the keys; in which case is all the same.
            folded = self.fold(key.partition("/")[2])
            names = [self.all([used, self.inside(name, folded)]) for used, name in slots]
            self.constraints.append(self.equal(self.keys[key].present, self.any(names)))

    # Policies.

    def applies(self, statement, version, kind):
        if not self.action_matches(statement):
            return self.false
        self.is_strict = statement["Effect"] == "Allow"
        terms = [self.resource_matches(statement, version, kind)]
        for operator, keys in statement.get("Condition", {}).items():
            terms += [self.holds(operator, key, values, version) for key, values in keys.items()]
        return self.all(terms)

    def action_matches(self, statement):
        """E40 to E48; actions are known, so this is decided here."""
        listed = statement.get("Action", statement.get("NotAction"))
        found = False
        for pattern in [listed] if isinstance(listed, str) else listed:
            expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern.lower())
            found |= re.fullmatch(expression, self.action.name.lower()) is not None
        return found if "Action" in statement else not found

    def resource_matches(self, statement, version, kind):
        listed = statement.get("Resource", statement.get("NotResource"))
        listed = [listed] if isinstance(listed, str) else listed
        each = [self.one_resource(text, version, kind) for text in listed]
        if "Resource" in statement:
            return self.any(each)
        if "not resource" in self.flaws:
            return self.any(self.negate(one) for one in each)
        return self.negate(self.any(each))

    def one_resource(self, text, version, kind):
        if text == "*":
            return self.true
        fields = text.split(":", 5)
        if len(fields) < 6:
            if kind == "scp":
                raise OpenPoint("U4")
            fields += ["*"] * (6 - len(fields))
        found = []
        for is_this, shape, resource in self.resources:
            place = [None, ACCOUNT] if shape.regional else ["", ""]
            terms = [is_this]
            for pattern, value in zip(fields, ["arn", "aws", self.action.service, *place]):
                terms.append(self.field(pattern, value))
            terms.append(self.like(resource, fields[5], version, wild=True))
            found.append(self.all(terms))
        return self.any(found)

    def field(self, pattern, value):
        """One of the first five fields; no value is the Region."""
        expression = "".join({"*": "[^:]*", "?": "[^:]"}.get(c, re.escape(c)) for c in pattern)
        if value is not None:
            return self.certain(re.fullmatch(expression, value) is not None)
        return self.in_regions(region for region in REGIONS if re.fullmatch(expression, region))

    def in_regions(self, regions):
        return self.any(self.equal(self.region, self.text(region)) for region in regions)

    # Texts with variables.

    def parts(self, text, version):
        """The text as characters, ANY and ONE (where `*` and `?` stand in the policy), and (key, default) of variables."""
        found = []
        position = 0
        while position < len(text):
            if version == "2012-10-17" and text.startswith("${", position):
                end = text.index("}", position)
                inner = text[position + 2 : end]
                position = end + 1
                if inner in ("*", "?", "$"):
                    found.append(inner)
                else:
                    key, comma, default = inner.partition(", ")
                    found.append((self.canonical(key), default.strip("'") if comma else None))
                continue
            found.append({"*": "ANY", "?": "ONE"}.get(text[position], text[position]))
            position += 1
        return found

    def like(self, value, text, version, wild, ignore_case=False):
        """Whether the value matches the text; a variable without value makes it match nothing (E62, E97)."""
        parts = self.parts(text, version)
        if not wild:
            parts = [{"ANY": "*", "ONE": "?"}.get(part, part) if isinstance(part, str) else part for part in parts]
        conditions = []
        tokens = []
        unknown = []
        is_open = []
        for part in parts:
            if isinstance(part, str):
                tokens.append(part)
                continue
            key, default = part
            known = self.keys.get(key)
            if key in MULTIVALUED:
                return self.false
            if known is None or known.present == self.false:
                if default is None:
                    return self.false
                tokens += list(default)
            elif known.kind in ("string", "arn") and known.value.isStringValue():
                tokens += list(known.value.getStringValue())
            else:
                if known.kind not in ("string", "arn"):
                    raise OpenPoint(f"the text of {key}")
                filled = known.value
                if default is None:
                    conditions.append(known.present)
                else:
                    filled = self.either(known.present, known.value, self.text(default))
                    is_open.append(self.empty(known))
                unknown.append(filled)
                tokens.append(filled)
        if not unknown:
            if value is self.region and not ignore_case:
                return self.field("".join({"ANY": "*", "ONE": "?"}.get(token, token) for token in tokens), None)
            plain = "".join(tokens) if not {"ANY", "ONE"} & set(tokens) else None
            if value is self.cluster and wild and tokens.count(":") == 5:
                # The value has five colons, too: they match one by one.
                return self.cluster_like(tokens)
            if ignore_case:
                return self.inside(value, self.fold(plain))
            if plain is not None:
                return self.equal(value, self.text(plain))
            return self.inside(value, self.glob(tokens))
        if ignore_case:
            raise OpenPoint("a variable under IgnoreCase is not asked")
        return self.bounded(self.all([*conditions, self.joint(value, tokens)]), self.any(is_open))

    def empty(self, known):
        """Whether the key is there with an empty value (U7)."""
        if known.kind != "string" or known.slots or known.value.isStringValue():
            return self.false
        return self.all([known.present, self.equal(known.value, self.no_text)])

    def bounded(self, term, is_open):
        """The term where nothing is open; else what counts against the request."""
        if self.is_strict:
            return self.all([term, self.negate(is_open)])
        return self.any([term, is_open])

    def joint(self, value, tokens):
        """A text whose variables are free: wildcards only at its ends."""
        starts, ends = (isinstance(token, str) and token == "ANY" for token in (tokens[0], tokens[-1]))
        inner = tokens[1 if starts else 0 : -1 if ends else None]
        if any(token in ("ANY", "ONE") for token in inner if isinstance(token, str)):
            raise OpenPoint("a wildcard beside a free variable is not asked")
        pieces = [self.text(token) if isinstance(token, str) else token for token in inner]
        text = pieces[0] if len(pieces) == 1 else self.term(Kind.STRING_CONCAT, *pieces)
        if starts and ends:
            return self.term(Kind.STRING_CONTAINS, value, text)
        if starts:
            return self.term(Kind.STRING_SUFFIX, text, value)
        if ends:
            return self.term(Kind.STRING_PREFIX, text, value)
        return self.equal(value, text)

    # Conditions.

    def holds(self, operator, key, values, version):
        values = values if isinstance(values, list) else [values]
        qualifier, _, base = operator.rpartition(":")
        if_exists = base.endswith("IfExists")
        base = base.removesuffix("IfExists")
        key = self.canonical(key)
        kind = TYPES.get(key, "string")
        known = self.keys.get(key, Key(kind, self.false, self.no_text))
        if base == "Null":
            return self.null(qualifier, known, values)
        if not fits(base, kind):
            return self.false
        negated = "Not" in base
        if qualifier == "ForAllValues":
            absent = True
        elif if_exists:
            absent = "if exists" not in self.flaws
        elif qualifier == "ForAnyValue":
            absent = False
        else:
            absent = negated
        if "absent" in self.flaws and negated and not qualifier:
            absent = if_exists
        if known.present == self.false:
            return self.certain(absent)
        if key in MULTIVALUED:
            if not qualifier:
                raise OpenPoint("U10")
            elements = known.slots
        else:
            elements = [(self.true, known.value)]
        one = lambda value: self.one_holds(base, negated, value, values, version)
        if qualifier == "ForAllValues" and "for all" not in self.flaws:
            present = self.all(self.any([self.negate(used), one(value)]) for used, value in elements)
        else:
            present = self.any(self.all([used, one(value)]) for used, value in elements)
        term = self.either(known.present, present, self.certain(absent))
        if qualifier == "ForAllValues" and not self.is_strict:
            # U7: an empty value may count as the empty set, of which all is true.
            return self.any([term, self.empty(known)])
        return term

    def null(self, qualifier, known, values):
        """E139, E145, E164."""
        if qualifier:
            return self.certain(qualifier == "ForAllValues")
        texts = {str(value).lower() for value in values}
        absent = self.certain("true" in texts)
        present = self.certain("false" in texts)
        term = self.either(known.present, present, absent)
        # U7: an empty value may count as none.
        return term if present == absent else self.bounded(term, self.empty(known))

    def one_holds(self, base, negated, value, values, version):
        is_strict = self.is_strict
        self.is_strict = is_strict != negated
        found = self.any(self.compare(base, value, str(text), version) for text in values)
        self.is_strict = is_strict
        return self.negate(found) if negated else found

    def compare(self, base, value, text, version):
        if base in ("StringEquals", "StringNotEquals"):
            return self.like(value, text, version, wild=False)
        if base in ("StringLike", "StringNotLike"):
            return self.like(value, text, version, wild=True)
        if base in ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"):
            return self.like(value, text, version, wild=False, ignore_case=True)
        if base.startswith("Arn"):
            return self.arn_like(value, text, version)
        if base == "Bool":
            return value if text.lower() == "true" else self.negate(value)
        if base.endswith("IpAddress"):
            return self.in_block(value, text)
        if base.startswith("Date"):
            return self.term(COMPARISONS[base.removeprefix("Date")], value, self.integer(instant(text)))
        if base.startswith("Numeric"):
            return self.number(base.removeprefix("Numeric"), value, Decimal(text))
        raise OpenPoint(base)

    def number(self, comparison, value, bound):
        numerator, denominator = bound.as_integer_ratio()
        scaled = self.term(Kind.MULT, value, self.integer(denominator)) if denominator != 1 else value
        return self.term(COMPARISONS[comparison], scaled, self.integer(numerator))

    def arn_like(self, value, text, version):
        """E138, E142: field by field; wildcards of the first five stay inside theirs."""
        parts = self.parts(text, version)
        tokens = []
        for part in parts:
            if isinstance(part, str):
                tokens.append(part)
                continue
            known = self.keys.get(part[0])
            if known is None or known.present == self.false:
                if part[1] is None:
                    return self.false
                tokens += list(part[1])
            elif known.kind == "string" and known.value.isStringValue():
                tokens += list(known.value.getStringValue())
            else:
                raise OpenPoint("a free variable in an ARN is not asked")
        if tokens.count(":") < 5:
            raise OpenPoint("U16")
        if value is self.cluster:
            return self.cluster_like(tokens)
        fields = []
        for _ in range(5):
            end = tokens.index(":")
            fields += [self.glob(tokens[:end], colon=False), self.literal(":")]
            tokens = tokens[end + 1 :]
        return self.inside(value, self.sequence([*fields, self.glob(tokens)]))

    def cluster_like(self, tokens):
        """The same for `ecs:cluster`, whose fields are known but for Region and name."""
        terms = []
        for value in ("arn", "aws", "ecs", None, ACCOUNT):
            end = tokens.index(":")
            terms.append(self.field("".join({"ANY": "*", "ONE": "?"}.get(token, token) for token in tokens[:end]), value))
            tokens = tokens[end + 1 :]
        name = self.term(Kind.STRING_CONCAT, self.text("cluster/"), self.names["cluster"])
        return self.all([*terms, self.inside(name, self.glob(tokens))])

    def in_block(self, address, text):
        """E141; families never match each other."""
        is_v6, v4, v6 = address
        block = ipaddress.ip_network(text, strict=False)
        width, value, family = (32, v4, self.negate(is_v6)) if block.version == 4 else (128, v6, is_v6)
        if block.prefixlen == 0:
            return family
        extract = self.tm.mkOp(Kind.BITVECTOR_EXTRACT, width - 1, width - block.prefixlen)
        start = int(block.network_address) >> (width - block.prefixlen)
        bits = self.tm.mkBitVector(block.prefixlen, str(start), 10)
        return self.all([family, self.equal(self.tm.mkTerm(extract, value), bits)])

    # The whole.

    def formula(self):
        """E8, E170: every layer allows and nothing denies."""
        denies, layers = [], []
        for kind, documents in self.documents:
            allows = []
            for document in documents:
                version = document.get("Version", "2008-10-17")
                for statement in document["Statement"]:
                    term = self.applies(statement, version, kind)
                    (allows if statement["Effect"] == "Allow" else denies).append(term)
            layers.append(self.any(allows))
        return self.all([*layers, self.negate(self.any(denies))])

    def answer(self):
        """`sat` with the request, `unsat`, or `unknown`."""
        formula = self.formula()
        for constraint in [*self.constraints, formula]:
            self.solver.assertFormula(constraint)
        result = self.solver.checkSat()
        if result.isSat():
            return "sat", self.model()
        return ("unsat" if result.isUnsat() else "unknown"), None

    def model(self):
        def text(term):
            return self.solver.getValue(term).getStringValue()

        def truth(term):
            return self.solver.getValue(term).getBooleanValue()

        def whole(term):
            return int(self.solver.getValue(term).getIntegerValue())

        region = text(self.region)
        names = {name: text(term) for name, term in self.names.items()}
        keys = {}
        for key, known in self.keys.items():
            if key in identity(self.question) or not truth(known.present):
                continue
            if known.slots:
                keys[key] = sorted({text(name) for used, name in known.slots if truth(used)})
            elif known.kind == "bool":
                keys[key] = "true" if truth(known.value) else "false"
            elif known.kind in ("date", "epoch", "numeric"):
                keys[key] = whole(known.value)
            elif known.kind == "ip":
                is_v6, v4, v6 = known.value
                bits = int(self.solver.getValue(v6 if truth(is_v6) else v4).getBitVectorValue(10))
                address = ipaddress.IPv6Address(bits) if truth(is_v6) else ipaddress.IPv4Address(bits)
                keys[key] = str(address)
            else:
                keys[key] = text(known.value)
        credentials = "role"
        if not self.question["is_role"]:
            credentials = "mfa" if truth(self.has_mfa) else "token" if truth(self.has_token) else "key"
        shape = self.action.formats[1 if truth(self.is_second) else 0]
        return request(self.action, shape, region, names, credentials, whole(self.now), keys)


def request(action, shape, region, names, credentials, now, keys):
    """A request as the evaluator's side reads it."""
    tags = {key.partition("/")[2]: value for key, value in keys.items() if key.startswith("aws:resourcetag/")}
    return {
        "resource": shape.arn(action.service, region, names),
        "region": region,
        "credentials": credentials,
        "now": now,
        "tags": tags,
        "keys": {key: value for key, value in keys.items() if not key.startswith("aws:resourcetag/")},
    }


def fits(base, kind):
    """E121, E144."""
    if base.startswith("String"):
        return kind in ("string", "arn")
    if base.startswith("Arn"):
        return kind == "arn"
    if base.startswith("Numeric"):
        return kind in ("numeric", "epoch")
    if base.startswith("Date"):
        return kind in ("date", "epoch")
    if base == "Bool":
        return kind == "bool"
    if base.endswith("IpAddress"):
        return kind == "ip"
    return False


def instant(text):
    """E140."""
    if text.isdigit() and len(text) > 4:
        return int(text)
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
