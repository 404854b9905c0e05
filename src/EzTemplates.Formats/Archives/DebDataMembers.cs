using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads data.tar: stores its files and judges its paths, each on its own; <see cref="UnpackedTree"/> judges them together.</summary>
internal static class DebDataMembers
{
    /// <summary>NAME_MAX and PATH_MAX (less its NUL): beyond them no file system takes a name or a link target.</summary>
    private const int MaxNameLength = 255;
    private const int MaxPathLength = 4095;

    public static ImmutableArray<PackageEntry> Read(TarReader tar, DebReadOptions options, FileSink sink, DebPosition at)
    {
        var tree = new UnpackedTree();
        var budget = new DebBudget(options);
        using (tar)
        {
            for (; tar.ReadNext() is { } member; at.EnterPath(null))
            {
                at.EnterPath(member.Name);
                budget.Take(member);
                Place(tree, member, tar.Content, options, sink);
            }

            tar.Drain();
        }

        return tree.Finish(budget, at);
    }

    private static void Place(UnpackedTree tree, TarMember member, Stream content, DebReadOptions options, FileSink sink)
    {
        var path = ParsePath(member);
        switch (member.Type)
        {
            case TarType.File:
                tree.AddFile(path, member, CheckedSink.Store(sink, content, member.Size));
                break;
            case TarType.HardLink:
                tree.AddHardLink(path, member, ParseHardLink(member));
                break;
            case TarType.Symlink:
                CheckSymlink(member);
                tree.AddSymlink(path, member);
                break;
            case TarType.CharacterDevice or TarType.BlockDevice when !options.AllowDevices:
                throw new MalformedArchiveException("it is a device node, and devices are not allowed here");
            default:
                tree.AddOther(path, member);
                break;
        }
    }

    private static TreePath ParsePath(TarMember member)
    {
        if (member.Name.Contains('\n', StringComparison.Ordinal))
        {
            throw new MalformedArchiveException("its name holds a newline");
        }

        if (!TreePath.TryParse(member.Name, out var path))
        {
            throw new MalformedArchiveException("its name holds `..`, which leads out of the tree");
        }

        if (path.Latin1.Length > MaxPathLength || IsLongerPart(path.Latin1))
        {
            throw new MalformedArchiveException("its name is longer than any file system takes");
        }

        return !path.IsRoot || member.Type == TarType.Directory
            ? path
            : throw new MalformedArchiveException("it stands at the root of the tree and is no directory");
    }

    private static bool IsLongerPart(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (part.End.Value - part.Start.Value > MaxNameLength)
            {
                return true;
            }
        }

        return false;
    }

    private static TreePath ParseHardLink(TarMember member) =>
        TreePath.TryParse(member.LinkTarget, out var target)
            ? target
            : throw new MalformedArchiveException($"it is a hard link to `{TreePath.Display(member.LinkTarget)}`, which leads out of the tree");

    private static void CheckSymlink(TarMember member)
    {
        if (member.LinkTarget.Length is 0 or > MaxPathLength)
        {
            throw new MalformedArchiveException(member.LinkTarget.Length == 0 ? "it is a symbolic link to nothing" : "its target is longer than any file system takes");
        }
    }
}
