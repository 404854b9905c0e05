using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>mount(2) from a store's root: relative paths need no escapes, and fit its one page of options whatever the root is.</summary>
internal static class StoreMount
{
    /// <summary>FSOPEN_CLOEXEC (linux/mount.h).</summary>
    public const int CloseOnExec = 1;

    /// <summary>Of what several views share: nothing of it is for anybody but an overlay.</summary>
    public const MountFlags SharedFlags = MountFlags.ReadOnly | MountFlags.NoSetId | MountFlags.NoDevices;

    public static NativeResult Run(StoreLayout layout, string source, string point, string fileSystem, MountFlags flags, string options = "")
    {
        using var thread = new NativeThread("mount");
        using var text = new NativeText();
        var entered = thread.System(SystemCallNumber.Unshare, (nint)NamespaceFlags.FileSystem);
        entered = entered.Failed ? entered : thread.System(SystemCallNumber.ChangeFolder, text.Of(layout.Root));
        return entered.Failed
            ? entered
            : thread.System(SystemCallNumber.Mount, text.Of(source), text.Of(point), text.Of(fileSystem), (nint)flags, text.Of(options));
    }
}
