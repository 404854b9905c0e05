using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>What an environment has of its own where its instance data belongs. No link is followed, in no part of a path.</summary>
internal sealed class OwnData
{
    private readonly Manifest _manifest;
    private readonly ImmutableArray<TreePath>.Builder _found = ImmutableArray.CreateBuilder<TreePath>();

    private readonly HashSet<TreePath> _kept = [];
    private readonly HashSet<TreePath> _aboveKept = [];

    private OwnData(Manifest manifest, IEnumerable<TreePath> kept)
    {
        _manifest = manifest;
        foreach (var path in kept.Where(_kept.Add))
        {
            for (var above = path.Parent; _aboveKept.Add(above) && !above.IsRoot;)
            {
                above = above.Parent;
            }
        }
    }

    /// <summary>
    /// The topmost of the private paths that are a pattern's or lie below one. A folder that the version has too is no such path, but what
    /// lies in it may be one; the same holds for a folder that something kept lies in.
    /// </summary>
    /// <param name="area">The private area.</param>
    /// <param name="patterns">As <see cref="InstancePath.Pattern"/>.</param>
    /// <param name="kept">Not looked for, and nothing below.</param>
    public static ImmutableArray<TreePath> Find(string area, Manifest manifest, ImmutableArray<string> patterns, IEnumerable<TreePath> kept)
    {
        var data = new OwnData(manifest, kept);
        using var root = Libc.OpenFolder(null, area);
        foreach (var pattern in patterns)
        {
            data.Look(root, TreePath.Root, pattern.Split('/', StringSplitOptions.RemoveEmptyEntries));
        }

        return data._found.ToImmutable();
    }

    /// <summary>Removes those that the version has not, with all that lies below; of a copy of the version's own file nobody knows what it was.</summary>
    /// <param name="root">Of the view where that is mounted, since nothing may change below a mounted overlay; else the private area.</param>
    public static void Remove(string root, Manifest manifest, IEnumerable<TreePath> paths)
    {
        foreach (var path in paths.Where(path => manifest.Find(path) is null))
        {
            using var parent = PrivateArea.TryOpenFolder(root, path.Parent);
            var name = NativePath.FromLatin1(path.Name);
            if (parent is null || Libc.TryStatus(parent, name) is not { } status)
            {
                continue;
            }

            if (status.Kind != FileKind.Directory)
            {
                Libc.TryRemoveFile(parent, name);
                continue;
            }

            using (var folder = TryOpenFolder(parent, path))
            {
                if (folder is null)
                {
                    continue;
                }

                FolderRemoval.Empty(folder);
            }

            Libc.TryRemoveFolder(parent, name);
        }
    }

    /// <summary>When the last of these changed, or of what lies below them, by the time that nobody can set (ctime of inode(7)).</summary>
    /// <param name="root">As for <see cref="Remove"/>.</param>
    public static FileTime? LastChange(string root, IEnumerable<TreePath> paths)
    {
        FileTime? last = null;
        foreach (var path in paths)
        {
            using var parent = PrivateArea.TryOpenFolder(root, path.Parent);
            if (parent is null || Libc.TryStatus(parent, NativePath.FromLatin1(path.Name)) is not { } status)
            {
                continue;
            }

            Note(status);
            using var folder = status.Kind == FileKind.Directory ? TryOpenFolder(parent, path) : null;
            if (folder is not null)
            {
                PrivateTree.Visit(folder, Note);
            }
        }

        return last;

        void Note(FileStatus status) => last = last is { } before && before >= status.Ctime ? before : status.Ctime;
    }

    private void Look(SafeFileHandle folder, TreePath at, ReadOnlySpan<string> pattern)
    {
        var wanted = pattern[0];
        foreach (var name in wanted.Contains('*', StringComparison.Ordinal) ? Names(folder) : [wanted])
        {
            if (InstanceData.MatchesName(name, wanted) && TryStatus(folder, name) is { } status)
            {
                if (pattern.Length == 1)
                {
                    Take(folder, at.Append(name), status);
                }
                else if (status.Kind == FileKind.Directory)
                {
                    Enter(folder, at.Append(name), pattern[1..]);
                }
            }
        }
    }

    private void Enter(SafeFileHandle folder, TreePath path, ReadOnlySpan<string> pattern)
    {
        using var below = TryOpenFolder(folder, path);
        if (below is not null && !_kept.Contains(path))
        {
            Look(below, path, pattern);
        }
    }

    private void Take(SafeFileHandle folder, TreePath path, FileStatus status)
    {
        if (_kept.Contains(path))
        {
            return;
        }

        if (status.Kind != FileKind.Directory || !(_manifest.Find(path) is { Type: EntryType.Directory } || _aboveKept.Contains(path)))
        {
            _found.Add(path);
            return;
        }

        using var below = TryOpenFolder(folder, path);
        foreach (var name in below is null ? [] : Names(below))
        {
            if (TryStatus(below!, name) is { } found)
            {
                Take(below!, path.Append(name), found);
            }
        }
    }

    /// <summary>Null where somebody has just removed or replaced it.</summary>
    private static SafeFileHandle? TryOpenFolder(SafeFileHandle above, TreePath path) =>
        Libc.TryOpen(above, NativePath.FromLatin1(path.Name), OpenFlags.Directory | OpenFlags.NoFollow).Item1;

    private static IEnumerable<string> Names(SafeFileHandle folder) => Libc.ReadFolder(folder).Select(member => member.Name);

    /// <summary>Null where there is nothing, or the mark that the version's own was deleted.</summary>
    private static FileStatus? TryStatus(SafeFileHandle folder, string name) =>
        Libc.TryStatus(folder, NativePath.FromLatin1(name)) is { } status && !PrivateArea.IsWhiteout(status) ? status : null;
}
