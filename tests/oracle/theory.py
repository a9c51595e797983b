"""What questions, encoder and random requests share: the actions with their resources and keys, and the keys' types."""

ACCOUNT = "111122223333"
AS_OF = 1790812800  # 2026-10-01T00:00:00Z

REGIONS = (
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 "
    "ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 "
    "eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 "
    "me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
).split()

# E340: types of the keys that the questions test; all others are tags, and strings.
TYPES = {
    "aws:principalarn": "arn",
    "ecs:cluster": "arn",
    "aws:sourceip": "ip",
    "aws:vpcsourceip": "ip",
    "aws:currenttime": "date",
    "aws:tokenissuetime": "date",
    "aws:epochtime": "epoch",
    "aws:multifactorauthage": "numeric",
    "aws:multifactorauthpresent": "bool",
    "aws:securetransport": "bool",
    "aws:viaawsservice": "bool",
    "aws:principalisawsservice": "bool",
}
MULTIVALUED = {"aws:tagkeys", "aws:calledvia"}


class Format:
    """An ARN format: the resource part as texts and `$variables`, and whether the ARN has Region and account."""

    def __init__(self, parts, regional=True):
        self.parts = parts
        self.regional = regional

    def arn(self, service, region, values):
        """The ARN with these values for the variables."""
        resource = "".join(values[part[1:]] if part[0] == "$" else part for part in self.parts)
        place = f"{region}:{ACCOUNT}" if self.regional else ":"
        return f"arn:aws:{service}:{place}:{resource}"


class Action:
    """An action: the formats of its resources' ARNs, and which tag keys it knows."""

    def __init__(self, name, *formats, resource_tags=(), request_tags=False):
        self.name = name
        self.service = name.split(":")[0]
        self.formats = formats
        self.resource_tags = resource_tags
        self.request_tags = request_tags


ACTIONS = {
    action.name: action
    for action in [
        Action("ec2:TerminateInstances", Format(["instance/", "$instance"]), resource_tags=("aws", "ec2")),
        Action("ecs:DeleteService", Format(["service/", "$cluster", "/", "$service"]), resource_tags=("aws", "ecs")),
        Action("s3:DeleteBucket", Format(["$bucket"], regional=False)),
        Action(
            "s3:GetObject",
            Format(["$bucket", "/", "$object"], regional=False),
            Format(["accesspoint/", "$accesspoint", "/object/", "$object"]),
        ),
        Action("ecs:CreateCluster", Format(["cluster/", "$cluster"]), resource_tags=("aws", "ecs"), request_tags=True),
    ]
}


def identity(question):
    """The keys that the identity fixes (E240, E341), and the start of those that it fixes in part."""
    is_role = question["is_role"]
    name = question["name"]
    kind = "role" if is_role else "user"
    known = {
        "aws:principalarn": f"arn:aws:iam::{ACCOUNT}:{kind}/app/{name}",
        "aws:principalaccount": ACCOUNT,
        "aws:principaltype": "AssumedRole" if is_role else "User",
        "aws:principalisawsservice": "false",
        "aws:resourceaccount": ACCOUNT,
    }
    if not is_role:
        known["aws:username"] = name
        known["aws:userid"] = "AIDAANN00000000000001"
    for key, value in question["tags"].items():
        known[f"aws:principaltag/{key}"] = value
    return known
