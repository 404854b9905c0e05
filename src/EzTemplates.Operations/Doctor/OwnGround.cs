using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>Whether a folder is where this process may try things: nobody but this user and root can put something else under its path.</summary>
internal static class OwnGround
{
    private const int Sticky = 0b001_000_000_000;
    private const int WritableByOthers = 0b000_010_010;

    /// <param name="folder">A full path.</param>
    public static bool Is(string folder)
    {
        for (var path = folder; path is not null; path = Path.GetDirectoryName(path))
        {
            if (Libc.TryStatus(null, path) is not { } status || !IsOwn(status))
            {
                return false;
            }

            // A link of root's, to wherever.
            if (status.Kind == FileKind.Symlink && (Directory.ResolveLinkTarget(path, returnFinalTarget: true) is not { } target || !Is(target.FullName)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>In a sticky folder, each name is its owner's. A link has no mode of its own.</summary>
    private static bool IsOwn(FileStatus status) => (status.Uid == 0 || status.Uid == Libc.EffectiveUserId)
        && (status.Kind == FileKind.Symlink || (status.Mode & WritableByOthers) == 0 || (status.Mode & Sticky) != 0);
}
