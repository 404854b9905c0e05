namespace EzTemplates.Environments.Native;

/// <summary>Flags of mount(2) (linux/mount.h).</summary>
[Flags]
internal enum MountFlags
{
    None = 0,
    ReadOnly = 1,
    NoSetId = 2,
    NoDevices = 4,
    NoExecution = 8,
    Remount = 32,
    Bind = 4096,
    Move = 8192,
    Recursive = 16384,
    Private = 1 << 18,
}

/// <summary>Flags of unshare(2) and setns(2) (linux/sched.h).</summary>
[Flags]
internal enum NamespaceFlags
{
    None = 0,
    FileSystem = 0x200,
    Mounts = 0x20000,
    HostName = 0x4000000,
    Ipc = 0x8000000,
    ProcessIds = 0x20000000,
    Network = 0x40000000,
}
