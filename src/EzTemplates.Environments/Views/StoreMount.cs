using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// mount(2) from a store's root: relative paths need no escapes, and fit its one page of options whatever the root is. The working
/// directory is a thread's own, which lives as long as this.
/// </summary>
internal sealed class StoreMount(StoreLayout layout) : IDisposable
{
    /// <summary>FSOPEN_CLOEXEC (linux/mount.h).</summary>
    public const int CloseOnExec = 1;

    /// <summary>Of what several views share: nothing of it is for anybody but an overlay.</summary>
    public const MountFlags SharedFlags = MountFlags.ReadOnly | MountFlags.NoSetId | MountFlags.NoDevices;

    private readonly Lazy<(NativeThread Thread, NativeResult Entered)> _inside = new(() => Enter(layout));

    public NativeResult Run(string source, string point, string fileSystem, MountFlags flags, string options = "")
    {
        var (thread, entered) = _inside.Value;
        using var text = new NativeText();
        return entered.Failed
            ? entered
            : thread.System(SystemCallNumber.Mount, text.Of(source), text.Of(point), text.Of(fileSystem), (nint)flags, text.Of(options));
    }

    public void Dispose()
    {
        if (_inside.IsValueCreated)
        {
            _inside.Value.Thread.Dispose();
        }
    }

    private static (NativeThread Thread, NativeResult Entered) Enter(StoreLayout layout)
    {
        var thread = new NativeThread("mount");
        using var text = new NativeText();
        var entered = thread.System(SystemCallNumber.Unshare, (nint)NamespaceFlags.FileSystem);
        return (thread, entered.Failed ? entered : thread.System(SystemCallNumber.ChangeFolder, text.Of(layout.Root)));
    }
}
