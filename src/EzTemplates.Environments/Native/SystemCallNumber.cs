namespace EzTemplates.Environments.Native;

/// <summary>
/// Numbers of x86-64 (asm/unistd_64.h). Called by number, because the C library's setresuid and its like change every thread of the
/// process (nptl(7)) and this must change one.
/// </summary>
internal enum SystemCallNumber
{
    Read = 0,
    Write = 1,
    Close = 3,
    Ioctl = 16,
    Control = 72,
    GetPid = 39,
    Socket = 41,
    ChangeFolder = 80,
    ChangeMode = 90,
    ChangeOwner = 92,
    SetUmask = 95,
    SetGroups = 116,
    SetResUid = 117,
    SetResGid = 119,
    CapGet = 125,
    CapSet = 126,
    PivotRoot = 155,
    Prctl = 157,
    Mount = 165,
    Unmount = 166,
    SetHostName = 170,
    SetXattr = 188,
    GetThreadId = 186,
    OpenAt = 257,
    MakeFolderAt = 258,
    MakeNodeAt = 259,
    UnlinkAt = 263,
    SymlinkAt = 266,
    Unshare = 272,
    ChangeTimes = 280,
    SetNamespace = 308,
    Seccomp = 317,
    Statx = 332,
    OpenFileSystem = 430,
    CloseRange = 436,
    MountSetAttributes = 442,
}
