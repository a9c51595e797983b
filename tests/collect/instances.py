"""Starts instances in two Regions of the emulator: one protected, one plain, one that is terminated; prints their ids.

Usage: instances.py ENDPOINT
"""

import json
import sys

import boto3
from botocore.config import Config

[endpoint] = sys.argv[1:]


def start(region, name, **more):
    ec2 = boto3.client(
        "ec2",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(read_timeout=60, retries={"total_max_attempts": 1}),
    )
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": name}]}]
    answer = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=tags, **more)
    return ec2, answer["Instances"][0]["InstanceId"]


ec2, protected = start("us-east-1", 'é 100% a+b "q" &')
ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": True})
_, plain = start("eu-west-1", "other", InstanceInitiatedShutdownBehavior="terminate")
ec2, gone = start("eu-west-1", "other")
ec2.terminate_instances(InstanceIds=[gone])
print(json.dumps({"protected": protected, "plain": plain, "gone": gone}))
