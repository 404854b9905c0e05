"""What podman needs to start containers on a machine that may not raise its limits."""
import os
import shutil


def limited(folder):
    """Writes its configuration; returns the variable that names it."""
    os.makedirs(folder, exist_ok=True)
    runtime = 'runtime = "runc"\n' if shutil.which("runc") else ""
    file = os.path.join(folder, "containers.conf")
    with open(file, "w") as out:
        out.write('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
                  f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n{runtime}')
    return {"CONTAINERS_CONF": file}
