"""Questions out of a seed, on which answers tend to go wrong: few letters, few keys, many tests of the same key."""

from random import Random

from encoder import request
from theory import ACCOUNT, ACTIONS, AS_OF, REGIONS

# What AWS leaves open is not asked: see the notes at `test`.
NEGATED = {"StringEquals": "StringNotEquals", "StringLike": "StringNotLike", "ArnLike": "ArnNotLike",
           "ArnEquals": "ArnNotEquals", "IpAddress": "NotIpAddress", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase"}
BLOCKS = ["203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/25", "203.0.113.7", "198.51.100.0/24", "10.0.0.0/8",
          "10.1.0.0/16", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2001:db8::/32", "::/0"]
DATES = ["2020-01-01T00:00:00Z", "2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z",
         "2027-01-01T00:00:00+02:00", "2030-06-01T12:00:00Z"]
COMPARISONS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
SERVICES = ["cloudformation.amazonaws.com", "athena.amazonaws.com", "glue.amazonaws.com"]


class Generator:
    """Makes the question of one number."""

    def __init__(self, seed, number):
        self.random = Random(f"{seed} {number}")
        self.number = number

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def pick(self, options):
        return self.random.choice(options)

    def some(self, most, make):
        return [make() for _ in range(self.random.randint(1, most))]

    def question(self):
        action = ACTIONS[self.pick(list(ACTIONS))]
        self.action = action
        is_role = self.chance(35)
        tags = {key: self.word() for key in ("team", "env") if self.chance(60)}
        self.tags, self.is_role = tags, is_role
        # C9: which address a forwarded call shows is open, so a question looks at one of the two only.
        self.is_forwarded = self.chance(25)
        self.palette = self.random.sample(self.all_keys(), k=self.random.randint(1, 3))
        identity = self.some(2, lambda: self.document("identity", 2, 2))
        boundary = self.document("boundary", 2, 1) if self.chance(30) else None
        levels = self.random.choices([0, 1, 2, 3], [5, 3, 1, 1])[0]
        scps = [[self.document("scp", 1, 2)] for _ in range(levels)]
        return {"number": self.number, "action": action.name, "is_role": is_role, "name": self.pick(["ab", "Ann", "b"]),
                "tags": tags, "identity": identity, "boundary": boundary, "scps": scps}

    def all_keys(self):
        keys = ["aws:RequestedRegion", "aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime", "aws:SecureTransport",
                "aws:UserAgent", "aws:PrincipalArn", "aws:username", "aws:userid", "aws:PrincipalTag/team",
                "aws:ResourceAccount", "aws:PrincipalType", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"]
        for prefix in self.action.resource_tags:
            keys += [f"{prefix}:ResourceTag/team", f"{prefix}:ResourceTag/team", f"{prefix}:ResourceTag/env"]
        if self.action.request_tags:
            keys += ["aws:RequestTag/team", "aws:RequestTag/env", "aws:TagKeys", "aws:TagKeys", "aws:RequestTag/team"]
        else:
            keys += ["aws:RequestTag/team", "aws:TagKeys"] if self.chance(30) else []
        if self.is_forwarded:
            keys += ["aws:ViaAWSService", "aws:CalledVia", "aws:CalledVia"]
        else:
            keys += ["aws:SourceIp", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"]
        if self.action.name == "ecs:DeleteService":
            keys += ["ecs:cluster", "ecs:cluster"]
        if self.action.service == "ec2":
            keys += ["ec2:Region"]
        return keys

    # Documents.

    def document(self, kind, allows, denies):
        version = {} if self.chance(4) else {"Version": "2008-10-17" if self.chance(4) else "2012-10-17"}
        statements = [self.statement(kind, "Allow") for _ in range(self.random.randint(1, allows))]
        statements += [self.statement(kind, "Deny") for _ in range(self.random.randint(0, denies))]
        if kind != "identity" and self.chance(50):
            statements[0] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        resources = [statement.get("Resource", statement.get("NotResource")) for statement in statements]
        if "${" in str(resources):
            # Without variables such a pattern names what no name can hold.
            version = {"Version": "2012-10-17"}
        return {**version, "Statement": statements}

    def statement(self, kind, effect):
        statement = {"Effect": effect, **self.actions(), **self.resources(kind)}
        condition = {}
        for _ in range(self.random.choices([0, 1, 2, 3], [2, 5, 3, 1])[0]):
            operator, key, values = self.test()
            if key.lower() not in {other.lower() for other in condition.get(operator, {})}:
                condition.setdefault(operator, {})[key] = values[0] if len(values) == 1 and self.chance(50) else values
        if condition:
            statement["Condition"] = condition
        return statement

    def actions(self):
        name = self.action.name
        service, operation = name.split(":")
        if self.chance(6):
            return {"NotAction": [self.pick(["iam:*", "s3:List*", name])]}
        return {"Action": self.pick([name, name, f"{service}:*", "*", f"{service}:{operation[:3]}*",
                                     f"{service.upper()}:{operation.lower()}", [name, "iam:GetRole"],
                                     f"{service}:{operation[:-1]}?", "iam:*" if self.chance(20) else name])}

    def resources(self, kind):
        element = "NotResource" if self.chance(20) else "Resource"
        if self.chance(45) and element == "Resource":
            return {"Resource": "*"}
        return {element: self.some(2, lambda: self.resource(kind))}

    def resource(self, kind):
        """Six fields, the type's word spelled out (U3, U4, U5)."""
        action = self.action
        service = action.service
        place = ":"
        is_access_point = len(action.formats) > 1 and self.chance(15)
        if action.formats[0].regional or is_access_point:
            place = self.pick(["*", "*", "eu-west-1", "us-*", "eu-*", "*-1"]) + ":" + self.pick(["*", ACCOUNT, "11112222333?"])
            if self.chance(3):
                place = "*:444455556666"
        if self.chance(3):
            return f"arn:aws:{service}:{place}:other/*"
        if is_access_point:
            name = "accesspoint/" + self.pick(["*", "a*", f"{self.glob()}/object/{self.name()}", f"*/object/{self.name()}"])
        elif action.name == "ec2:TerminateInstances":
            name = "instance/" + self.pick(["*", "i-*", "i-0*", "i-*a", "i-a*0*", "i-*0*a*"])
        elif action.name == "ecs:DeleteService":
            name = "service/" + self.pick([self.name(), f"{self.name()}/{self.name()}", f"{self.name()}/{self.name()}", "*"])
        elif action.name == "ecs:CreateCluster":
            name = "cluster/" + self.pick([self.name(), self.name(), "*"])
        elif action.name == "s3:DeleteBucket":
            name = self.pick(["a*", "*b", "ab*", "*a*b*", "abc*", "*"])
        else:
            name = self.pick(["a*", "abc", "*b"]) + self.pick(["", "/*", "/" + self.name(), "/" + self.name(), "*"])
        return f"arn:aws:{service}:{place}:{name}"

    def name(self):
        """A piece of a name, seldom with a variable."""
        if self.chance(12):
            return self.pick(["${aws:username}*", "${aws:PrincipalTag/team}", "a${aws:username}", "${aws:PrincipalTag/team, 'a'}*"])
        return self.glob()

    # Texts.

    def word(self):
        return "".join(self.pick("ab") for _ in range(self.random.randint(1, 3)))

    def glob(self):
        return "".join(self.pick("ab*?") for _ in range(self.random.randint(1, 4)))

    # Tests.

    def test(self):
        """An operator, a key and values, none of which AWS leaves open (U1, U10, U11, U14, U16, U17)."""
        key = self.pick(self.palette)
        lower = key.lower()
        if lower in ("aws:tagkeys", "aws:calledvia"):
            return self.set_test(key)
        if lower == "aws:multifactorauthpresent" and self.is_role:
            return self.pick([("Bool", key, ["true"]), ("BoolIfExists", key, ["false"])])
        is_role_age = lower == "aws:multifactorauthage" and self.is_role
        if self.chance(12) and not is_role_age:
            return self.pick(["Null"] * 6 + ["ForAllValues:Null", "ForAnyValue:Null"]), key, [self.pick(["true", "false"])]
        if self.chance(3):
            return self.misfit(key)
        operator, values = self.typed(lower)
        if_exists = "IfExists" if self.chance(25) else ""
        qualifier = self.pick(["ForAllValues:", "ForAnyValue:"]) if self.chance(8) and not is_role_age else ""
        return qualifier + operator + if_exists, self.spelled(key), values

    def spelled(self, key):
        return key.swapcase() if self.chance(5) else key

    def misfit(self, key):
        """E121: an operator that does not fit."""
        if key.lower() in ("aws:multifactorauthpresent", "aws:securetransport", "aws:viaawsservice"):
            return self.pick(["StringEquals", "StringNotEquals"]), key, ["true"]
        if key.lower() in ("aws:sourceip", "aws:vpcsourceip"):
            return self.pick(["StringLike", "StringNotLike"]), key, ["203.*"]
        return "Bool", key, ["true"]

    def negate(self, operator, percent=40):
        return NEGATED[operator] if self.chance(percent) else operator

    def set_test(self, key):
        qualifier = self.pick(["ForAllValues:", "ForAnyValue:"])
        if self.chance(10):
            return "Null", key, [self.pick(["true", "false"])]
        if key == "aws:CalledVia":
            operator = self.negate("StringEquals")
            values = self.some(2, lambda: self.pick(SERVICES))
        else:
            operator = self.negate(self.pick(["StringEquals", "StringEquals", "StringLike"]))
            pool = ["team", "env", "a", "ab"] if operator.endswith("Equals") else ["t*", "*m", "e?v", "?", "a*", "*"]
            values = self.some(2, lambda: self.pick(pool))
        return qualifier + operator + ("IfExists" if self.chance(15) else ""), key, values

    def typed(self, key):
        if key in ("aws:sourceip", "aws:vpcsourceip"):
            return self.negate("IpAddress"), self.some(3, lambda: self.pick(BLOCKS))
        if key == "aws:epochtime" and self.chance(50):
            return "Numeric" + self.pick(COMPARISONS), [str(AS_OF + self.pick([-1000, 0, 1000, 100000]))]
        if key == "aws:tokenissuetime":
            # How long a session lasts differs, so the questions stay away from its edges.
            return "Date" + self.pick(["LessThan", "GreaterThan"]), [self.pick(["2020-01-01T00:00:00Z", "2030-06-01T12:00:00Z"])]
        if key in ("aws:currenttime", "aws:epochtime"):
            return "Date" + self.pick(COMPARISONS), [self.pick(DATES)]
        if key == "aws:multifactorauthage":
            return "Numeric" + self.pick(COMPARISONS), [self.pick(["0", "300", "3600", "3600.0", "86400"])]
        if key in ("aws:multifactorauthpresent", "aws:securetransport", "aws:viaawsservice"):
            return "Bool", [self.pick(["true", "false"])]
        if key in ("aws:requestedregion", "ec2:region"):
            if self.chance(50):
                return self.negate("StringEquals"), self.some(3, lambda: self.pick(["eu-west-1", "us-east-1", "eu-central-1"]))
            return self.negate("StringLike"), self.some(2, lambda: self.pick(["eu-*", "us-*", "*-1", "*-?", "eu-west-?"]))
        if key in ("aws:sourcevpc", "aws:sourcevpce"):
            start = key.removeprefix("aws:source")
            return self.negate(self.pick(["StringEquals", "StringLike"])), [f"{start}-{self.pick(['0', '1a'])}"]
        if key == "aws:principalarn":
            arn = f"arn:aws:iam::{ACCOUNT}:"
            pool = [arn + "user/app/*", arn + "role/app/*", arn + "*/A*", "arn:aws:iam::*:user/*/ab", arn + "user/app/${aws:username}"]
            return self.negate(self.pick(["ArnLike", "ArnEquals", "StringLike"])), self.some(2, lambda: self.pick(pool))
        if key == "ecs:cluster":
            arn = f"arn:aws:ecs:{self.pick(['eu-west-1', '*', 'us-*'])}:{self.pick([ACCOUNT, '*'])}:cluster/"
            return self.negate(self.pick(["ArnLike", "ArnEquals", "StringLike"])), self.some(2, lambda: arn + self.glob())
        if key == "aws:userid":
            return self.negate("StringLike"), [self.pick(["AROADEV*", "AIDA*", "AROADEV0000000000001:*", "*:a*", "*b"])]
        if key == "aws:username":
            return self.negate(self.pick(["StringEquals", "StringLike"])), [self.pick(["ab", "Ann", "a*", "?"])]
        if key == "aws:principaltype":
            return self.negate("StringEquals"), [self.pick(["User", "AssumedRole"])]
        if key == "aws:resourceaccount":
            return self.negate("StringEquals"), [self.pick([ACCOUNT, "444455556666"])]
        return self.tag_like(key)

    def tag_like(self, key):
        """Tags and the user agent: strings of any kind, and variables."""
        if self.chance(20):
            return self.with_variable(key)
        operator = self.pick(["StringEquals", "StringLike", "StringLike", "StringEqualsIgnoreCase"])
        word = self.glob if operator == "StringLike" else self.word
        values = self.some(3, word)
        if operator == "StringEqualsIgnoreCase":
            values = [self.pick([value, value.upper(), value.title()]) for value in values]
        return self.negate(operator), values

    def with_variable(self, key):
        variables = ["${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}", "${aws:username}", "${aws:PrincipalTag/env, 'a'}"]
        if self.action.resource_tags and not key.endswith("resourcetag/env"):
            variables += ["${aws:ResourceTag/env}", "${aws:ResourceTag/env, 'a'}"]
        if self.action.request_tags and key.startswith("aws:resourcetag"):
            variables += ["${aws:RequestTag/team}"]
        variable = self.pick(variables)
        operator = self.pick(["StringEquals", "StringEquals", "StringLike"])
        text = variable
        if self.chance(30):
            text = self.pick(["a", "b"] if operator == "StringEquals" else ["a", "*"]) + text
        if self.chance(20):
            text += "a" if operator == "StringEquals" else "*"
        return self.negate(operator), [text] + ([self.word()] if self.chance(20) else [])

    # Requests that nobody thought about.

    def requests(self, question, count):
        return [self.request(question) for _ in range(count)]

    def request(self, question):
        action = ACTIONS[question["action"]]
        shape = self.pick(action.formats)
        names = {part[1:]: self.letters(part[1:]) for part in shape.parts if part[0] == "$"}
        region = self.pick(["eu-west-1", "us-east-1", "eu-central-1", "us-west-2", self.pick(REGIONS)])
        credentials = "role" if question["is_role"] else self.pick(["key", "token", "mfa"])
        now = AS_OF + self.pick([0, 1, 999, 1000, 1001, 100000, 10**7, 2 * 10**8])
        keys = {"aws:securetransport": self.pick(["true", "false"]), "aws:currenttime": now, "aws:epochtime": now}
        if credentials != "key":
            keys["aws:tokenissuetime"] = now - self.pick([0, 60, 10 * 3600])
        if credentials == "mfa":
            keys["aws:multifactorauthage"] = self.pick([0, 299, 300, 3600, 5000, 90000])
        keys["aws:viaawsservice"] = "false"
        if self.is_forwarded:
            if self.chance(60):
                keys["aws:viaawsservice"] = "true"
                keys["aws:calledvia"] = self.some(2, lambda: self.pick([*SERVICES, "ram.amazonaws.com"]))
        elif self.chance(70):
            keys["aws:sourceip"] = self.pick(["203.0.113.7", "203.0.113.200", "8.8.8.8", "198.51.100.1", "200.1.1.1", "2001:db8::1", "2a00::1"])
        else:
            keys["aws:vpcsourceip"] = self.pick(["10.1.2.3", "10.200.0.1", "192.168.1.1", "fd00::1"])
            keys["aws:sourcevpc"] = "vpc-" + self.pick(["0", "1a", "7"])
            keys["aws:sourcevpce"] = "vpce-" + self.pick(["0", "1a", "7"])
        if self.chance(70):
            keys["aws:useragent"] = self.short()
        for tag in ("team", "env"):
            if action.resource_tags and self.chance(65):
                keys[f"aws:resourcetag/{tag}"] = self.pick([self.short(), "", *question["tags"].values(), question["name"]])
            if action.request_tags and self.chance(50):
                keys[f"aws:requesttag/{tag}"] = self.short()
                keys.setdefault("aws:tagkeys", []).append(self.pick([tag, tag.title()]))
        if action.request_tags and self.chance(30):
            keys.setdefault("aws:tagkeys", []).append(self.pick(["a", "ab", "t", "zz"]))
        if question["is_role"]:
            keys["aws:userid"] = "AROADEV0000000000001:" + self.pick(["ab", "zz", "aa"])
        return request(action, shape, region, names, credentials, now, keys)

    def short(self):
        return "".join(self.pick("abx") for _ in range(self.random.randint(1, 4)))

    def letters(self, name):
        if name == "instance":
            return "i-" + "".join(self.pick("0a1") for _ in range(self.random.randint(1, 5)))
        return "".join(self.pick("abx") for _ in range(self.random.randint(1, 4)))


def question_with_requests(seed, number, count):
    """The question of that number, and requests for it."""
    generator = Generator(seed, number)
    question = generator.question()
    return question, generator.requests(question, count)


