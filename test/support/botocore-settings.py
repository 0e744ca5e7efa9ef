"""Reads a line of JSON each from standard input, a home directory and a profile, and answers with what botocore makes of the
profile's settings there: the hosts it would go to, whom it trusts, how it asks again. With "variables" in the question, which
stand in the environment for it: the endpoints of STS and IAM alone."""
import json
import os
import sys

import botocore.exceptions
import botocore.session

SERVICES = ("ec2", "sts", "s3", "dynamodb")


def settings_of(home, profile):
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.path.join(home, ".aws/credentials")
    os.environ["AWS_CONFIG_FILE"] = os.path.join(home, ".aws/config")
    session = botocore.session.Session(profile=profile)
    found = {name: session.get_config_variable(name) for name in ("region", "ca_bundle", "use_fips_endpoint")}
    # The AWS CLI takes its output format from here.
    found["output"] = session.get_scoped_config().get("output")
    for service in SERVICES:
        client = session.create_client(service)
        config = client.meta.config
        found[service] = [
            client.meta.endpoint_url,
            config.retries,
            config.connect_timeout,
            config.defaults_mode,
            config.request_checksum_calculation,
            config.response_checksum_validation,
            config.account_id_endpoint_mode,
            config.s3,
        ]
    return found


def endpoints_of(home, profile, variables):
    os.environ.update(variables)
    try:
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.path.join(home, ".aws/credentials")
        os.environ["AWS_CONFIG_FILE"] = os.path.join(home, ".aws/config")
        session = botocore.session.Session(profile=profile)
        return [session.create_client(service).meta.endpoint_url for service in ("sts", "iam")]
    except botocore.exceptions.InvalidConfigError:
        return None
    finally:
        for name in variables:
            del os.environ[name]


for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
for line in sys.stdin:
    question = json.loads(line)
    variables = question.get("variables")
    answer = (
        settings_of(question["home"], question["profile"])
        if variables is None
        else endpoints_of(question["home"], question["profile"], variables)
    )
    sys.stdout.write(json.dumps(answer, sort_keys=True) + "\n")
    sys.stdout.flush()
