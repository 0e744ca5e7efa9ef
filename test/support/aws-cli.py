"""The AWS CLI's own code, many commands in one process: starting `aws` takes longer than what it is asked for here.
Each line of standard input is {"file": base64, "commands": [[argument, ...], ...]}; the file is the credentials file.
Each is answered with {"results": [[exit status, standard output], ...], "file": base64}."""
import base64
import io
import json
import os
import sys
import tempfile

answers = sys.stdout
output = sys.stdout = io.StringIO()
errors = sys.stderr
memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
with tempfile.TemporaryDirectory(dir=memory) as directory:
    path = os.path.join(directory, "credentials")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        HOME=directory,
        AWS_SHARED_CREDENTIALS_FILE=path,
        AWS_CONFIG_FILE=os.path.join(directory, "config"),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_PAGER="",
    )
    from awscli.clidriver import create_clidriver

    try:
        from awscli.botocore.exceptions import ConfigParseError  # version 2
    except ImportError:
        from botocore.exceptions import ConfigParseError

    def run(driver, command):
        # As a process of its own would, it reads the file anew.
        for cached in ("_config", "_profile", "_profile_map", "_credentials"):
            setattr(driver.session, cached, None)
        output.seek(0)
        output.truncate()
        sys.stderr = io.StringIO()
        try:
            status = driver.main(command)
        except SystemExit as ended:
            status = ended.code
        except ConfigParseError:  # before the first command is found, nobody catches it
            status = 255
        finally:
            sys.stderr = errors
        return [status, output.getvalue()]

    for number, line in enumerate(sys.stdin):
        if number % 25 == 0:  # each command leaves handlers behind that make the next one slower
            open(path, "wb").close()
            driver = create_clidriver()
        request = json.loads(line)
        with open(path, "wb") as file:
            file.write(base64.b64decode(request["file"]))
        results = [run(driver, command) for command in request["commands"]]
        with open(path, "rb") as file:
            after = base64.b64encode(file.read()).decode()
        answers.write(json.dumps({"results": results, "file": after}) + "\n")
        answers.flush()
