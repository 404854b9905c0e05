using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What a sandbox shows besides the view: /dev, /proc, /sys, the host's name resolution, and binds.</summary>
internal sealed unsafe class SandboxFolders(SandboxThread thread, StoreIds ids)
{
    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom", "tty"];

    // What a process with uid 0 could change on the host through /proc without any capability: as container engines have it.
    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
    private static readonly string[] HiddenFiles = ["/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug"];
    private static readonly string[] HiddenFolders = ["/proc/acpi", "/proc/scsi", "/sys/firmware"];

    private static readonly string[] LentFiles = ["/etc/resolv.conf", "/etc/hosts"];

    private const uint GroupOfTerminals = 5;

    private const string StagedSys = ".ez-sys";

    private const string StagedProc = ".ez-proc";

    private const MountFlags Harmless = MountFlags.NoSetId | MountFlags.NoDevices | MountFlags.NoExecution;

    private readonly List<StagedBind> _binds = [];

    /// <summary>
    /// Before the view is entered: a /dev, with all that is wanted of the host bound to places in it. Device nodes are bound too, since
    /// nodes made here are dead (nodev).
    /// </summary>
    public void Stage(string stage, ExecRequest request)
    {
        thread.Mount("tmpfs", stage, "tmpfs", MountFlags.NoSetId | MountFlags.NoDevices, "mode=755,size=64m");
        foreach (var device in Devices)
        {
            thread.MakeEmptyFile($"{stage}/{device}", 0b110_110_110);
            thread.Mount("/dev/" + device, $"{stage}/{device}", null, MountFlags.Bind);
        }

        if (ids.IsRootless)
        {
            StageKernel("/sys", $"{stage}/{StagedSys}");
            StageKernel("/proc", $"{stage}/{StagedProc}");
        }

        foreach (var bind in request.Binds)
        {
            var source = Linux.RealPath(bind.Source)
                ?? throw new EzException(FailureKind.Environment, $"cannot bind `{bind.Source}`: there is no such file or folder", "make it first");
            StageBind(stage, bind, source, BindCause.Asked);
        }

        foreach (var path in request.Network == SandboxNetwork.Host ? LentFiles : [])
        {
            var place = TreePath.FromText(path);
            if (!request.Binds.Any(bind => bind.Destination == place) && Linux.RealPath(path) is { } source && File.Exists(source))
            {
                StageBind(stage, new BindMount(path, place, BindAccess.ReadOnly), source, BindCause.Lent);
            }
        }
    }

    /// <summary>Once the view is entered.</summary>
    public void FinishDevices()
    {
        thread.MakeFolder("/dev/pts");
        thread.Mount("devpts", "/dev/pts", "devpts", MountFlags.NoSetId | MountFlags.NoExecution, "newinstance,ptmxmode=0666,mode=0620" + (ids.HasGroup(GroupOfTerminals) ? ",gid=5" : ""));
        thread.MakeFolder("/dev/shm");
        thread.Mount("shm", "/dev/shm", "tmpfs", Harmless, "mode=1777");
        thread.MakeLink("pts/ptmx", "/dev/ptmx");
        thread.MakeLink("/proc/self/fd", "/dev/fd");
        thread.MakeLink("/proc/self/fd/0", "/dev/stdin");
        thread.MakeLink("/proc/self/fd/1", "/dev/stdout");
        thread.MakeLink("/proc/self/fd/2", "/dev/stderr");
    }

    public void MakeSys()
    {
        thread.MakePlace("/sys");
        if (!ids.IsRootless)
        {
            thread.Mount("sysfs", "/sys", "sysfs", Harmless | MountFlags.ReadOnly);
            return;
        }

        // A user namespace may mount it only for a network of its own.
        if (thread.TryMount("sysfs", "/sys", "sysfs", Harmless | MountFlags.ReadOnly).Failed)
        {
            thread.Mount("/dev/" + StagedSys, "/sys", null, MountFlags.Move);
        }

        Forget("/dev/" + StagedSys);
    }

    /// <summary>Once process 1 has its own /proc. Until then the host's has to be in sight: a user namespace shows no more than that does.</summary>
    public void ForgetProc()
    {
        if (ids.IsRootless)
        {
            Forget("/dev/" + StagedProc);
        }
    }

    private void StageKernel(string source, string place)
    {
        thread.MakeFolder(place);
        thread.Mount(source, place, null, MountFlags.Bind | MountFlags.Recursive);
        SetAttributes(place, Harmless | MountFlags.ReadOnly);
    }

    /// <summary>After /proc is mounted.</summary>
    public void HideHost()
    {
        foreach (var path in ReadOnlyPaths)
        {
            thread.MayMount(path, path, null, MountFlags.Bind | MountFlags.Recursive);
            thread.RemountIfMounted(path, MountFlags.ReadOnly | Harmless);
        }

        foreach (var path in HiddenFiles)
        {
            thread.MayMount("/dev/null", path, null, MountFlags.Bind);
        }

        foreach (var path in HiddenFolders)
        {
            thread.MayMount("tmpfs", path, "tmpfs", Harmless | MountFlags.ReadOnly, "size=0");
        }
    }

    /// <summary>What is in the view.</summary>
    public TreeLook Look() => new(path => !thread.IsAbsent(path.ToString()), NamesIn);

    /// <summary>
    /// Before the host's are lent: writes files for which there is a folder, and no file or an empty one, which stands for it. In a view that
    /// nobody has written to, a folder's time is the only thing that this touches.
    /// </summary>
    public void Write(IEnumerable<PrivateFile> files)
    {
        foreach (var file in files)
        {
            var target = file.Path.ToString();
            if (thread.IsAbsentOrEmptyFile(target))
            {
                var folder = file.Path.Parent.ToString();
                var times = ReadTimes(folder);
                if (!thread.TryMakeFile(target, file.Mode).Failed)
                {
                    WriteTimes(folder, times);
                    thread.WriteFile(target, file.Content());
                }
            }
        }
    }

    private IReadOnlyList<string> NamesIn(TreePath folder)
    {
        using var opened = thread.TryOpenFolder(folder.ToString());
        return opened is null ? [] : [.. Libc.ReadFolder(opened).Select(member => member.Name)];
    }

    /// <summary>Moves what was staged of the host to where it is to show.</summary>
    public void Bind()
    {
        foreach (var (bind, source, staged, cause) in _binds)
        {
            var target = bind.Destination.ToString();
            if (cause == BindCause.Lent)
            {
                Lend(target, staged);
            }
            else
            {
                MakePlace(target, Directory.Exists(source));
                thread.Mount(staged, target, null, MountFlags.Move);
            }

            Forget(staged);
        }
    }

    private void StageBind(string stage, BindMount bind, string source, BindCause cause)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $".ez-bind-{_binds.Count}");
        var place = $"{stage}/{name}";
        if (Directory.Exists(source))
        {
            thread.MakeFolder(place);
        }
        else
        {
            SandboxThread.Must($"make `{place}`", thread.TryMakeFile(place));
        }

        thread.Mount(source, place, null, MountFlags.Bind | MountFlags.Recursive);
        Restrict(place, bind.Access == BindAccess.ReadOnly, keepDevices: source.StartsWith("/dev/", StringComparison.Ordinal));
        _binds.Add(new StagedBind(bind, source, "/dev/" + name, cause));
    }

    private void Forget(string staged)
    {
        const int removeFolder = 0x200;
        const int detach = 2;
        var path = thread.Text.Of(staged);
        thread.May(SystemCallNumber.Unmount, path, detach);
        thread.May(SystemCallNumber.UnlinkAt, -100, path);
        thread.May(SystemCallNumber.UnlinkAt, -100, path, removeFolder);
    }

    /// <summary>
    /// Shows the host's file where the environment has none, or an empty one: the place that an earlier run made for it. A folder's
    /// mtime is put back after a place is made, since no user of the environment changed anything.
    /// </summary>
    private void Lend(string path, string staged)
    {
        if (!thread.IsAbsentOrEmptyFile(path))
        {
            return;
        }

        var folder = path[..path.LastIndexOf('/')];
        var times = ReadTimes(folder);
        if (!thread.TryMakeFile(path).Failed)
        {
            WriteTimes(folder, times);
            thread.MayMount(staged, path, null, MountFlags.Move);
        }
    }

    private void MakePlace(string target, bool isFolder)
    {
        for (var slash = target.IndexOf('/', 1); slash > 0; slash = target.IndexOf('/', slash + 1))
        {
            thread.MakeFolder(target[..slash]);
        }

        if (isFolder)
        {
            thread.MakeFolder(target);
        }
        else if (thread.TryReadFile(target, 1) is null)
        {
            SandboxThread.Must($"make `{target}`", thread.TryMakeFile(target));
        }
    }

    private void Restrict(string target, bool readOnly, bool keepDevices)
    {
        var wanted = (readOnly ? MountFlags.ReadOnly : MountFlags.None) | (keepDevices ? MountFlags.None : MountFlags.NoDevices);
        if (wanted != MountFlags.None)
        {
            SetAttributes(target, wanted);
        }
    }

    /// <summary>By mount_setattr (5.12), which adds to what the source's mounts have; by a remount before that.</summary>
    private void SetAttributes(string target, MountFlags wanted)
    {
        const int recursive = 0x8000;
        const int attributesSize = 32;
        var attributes = thread.Text.Block(attributesSize);
        *(ulong*)attributes = (ulong)wanted;
        var set = thread.Native.System(SystemCallNumber.MountSetAttributes, -100, thread.Text.Of(target), recursive, attributes, attributesSize);
        if (set.Errno == Errno.NoSystemCall)
        {
            thread.Mount(null, target, null, MountFlags.Bind | MountFlags.Remount | wanted);
        }
        else
        {
            SandboxThread.Must($"restrict `{target}`", set);
        }
    }

    /// <returns>Two timespecs, last access and change, or 0.</returns>
    private nint ReadTimes(string folder)
    {
        const int basicStats = 0x7ff;
        const int accessAt = 0x40;
        const int changeAt = 0x70;
        var status = thread.Text.Block(256);
        if (thread.Native.System(SystemCallNumber.Statx, -100, thread.Text.Of(folder), 0, basicStats, status).Failed)
        {
            return 0;
        }

        var times = thread.Text.Block(32);
        ((long*)times)[0] = *(long*)(status + accessAt);
        ((long*)times)[1] = *(uint*)(status + accessAt + 8);
        ((long*)times)[2] = *(long*)(status + changeAt);
        ((long*)times)[3] = *(uint*)(status + changeAt + 8);
        return times;
    }

    private void WriteTimes(string folder, nint times)
    {
        if (times != 0)
        {
            thread.May(SystemCallNumber.ChangeTimes, -100, thread.Text.Of(folder), times);
        }
    }

    private enum BindCause
    {
        Asked,

        /// <summary>Nobody asked for it: it shows where the environment has nothing of its own.</summary>
        Lent,
    }

    private readonly record struct StagedBind(BindMount Bind, string Source, string Staged, BindCause Cause);

    /// <summary>A network namespace starts with its loopback interface down.</summary>
    public void RaiseLoopback()
    {
        const int setFlags = 0x8914;
        const short upAndRunning = 0x1 | 0x40;
        var socket = SandboxThread.Must("make a socket", thread.Native.System(SystemCallNumber.Socket, 2, 2 | 0x80000, 0));
        var request = thread.Text.Block(40);
        "lo"u8.CopyTo(new Span<byte>((void*)request, 16));
        *(short*)(request + 16) = upAndRunning;
        var raised = thread.Native.System(SystemCallNumber.Ioctl, socket, setFlags, request);
        thread.Native.System(SystemCallNumber.Close, socket);
        SandboxThread.Must("raise the loopback interface", raised);
    }
}
