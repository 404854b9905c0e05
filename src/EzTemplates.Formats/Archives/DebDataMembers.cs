using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads data.tar: stores its files and judges its paths, each on its own; <see cref="UnpackedTree"/> judges them together.</summary>
internal static class DebDataMembers
{
    public static ImmutableArray<PackageEntry> Read(TarReader tar, DebReadOptions options, FileSink sink, ArchivePosition at)
    {
        var tree = new UnpackedTree();
        var budget = new ArchiveBudget(options.MaxMembers, options.MaxNameBytes);
        using (tar)
        {
            for (; tar.ReadNext() is { } member; at.EnterPath(null))
            {
                at.EnterPath(member.Name);
                budget.TakeMember(member.Name.Length + member.LinkTarget.Length);
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
                MemberPath.CheckLinkTarget(member.LinkTarget);
                tree.AddSymlink(path, member);
                break;
            case TarType.CharacterDevice or TarType.BlockDevice when !options.AllowDevices:
                throw DeviceRefusal.Of(options.FileName, path);
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

        return MemberPath.Parse(member.Name, member.Type == TarType.Directory);
    }

    private static TreePath ParseHardLink(TarMember member) =>
        TreePath.TryParse(member.LinkTarget, out var target)
            ? target
            : throw new MalformedArchiveException($"it is a hard link to `{TreePath.Display(member.LinkTarget)}`, which leads out of the tree");
}
