using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads control.tar: the files of its top directory, which is all that dpkg looks at.</summary>
internal static class DebControlMembers
{
    private const int MaxControlSize = 16 << 20;

    public static ImmutableArray<ControlMember> Read(TarReader tar, DebReadOptions options, FileSink sink, ArchivePosition at)
    {
        var members = new OrderedDictionary<string, ControlMember>(StringComparer.Ordinal);
        var budget = new ArchiveBudget(options.MaxMembers, options.MaxNameBytes);
        using (tar)
        {
            for (; tar.ReadNext() is { } member; at.EnterPath(null))
            {
                at.EnterPath(member.Name);
                budget.TakeMember(member.Name.Length + member.LinkTarget.Length);
                if (FileName(member) is { } name)
                {
                    members[name] = member.Type == TarType.HardLink ? Linked(members, member, name) : Store(tar, member, name, sink);
                }
            }

            tar.Drain();
        }

        return members.ContainsKey("control")
            ? [.. members.Values]
            : throw new MalformedArchiveException("it has no `control` file");
    }

    /// <summary>Reads up to the control file; null if there is none.</summary>
    public static byte[]? ReadControl(TarReader tar, ArchivePosition at)
    {
        using (tar)
        {
            while (tar.ReadNext() is { } member)
            {
                at.EnterPath(member.Name);
                if (FileName(member) == "control" && member.Type == TarType.File)
                {
                    return ReadStanza(tar, member);
                }
            }
        }

        return null;
    }

    /// <summary>The name of a file in the top directory; null for what is no such file and does no harm.</summary>
    private static string? FileName(TarMember member)
    {
        if (!TreePath.TryParse(member.Name, out var path) || path.Latin1.Contains('\n', StringComparison.Ordinal))
        {
            throw new MalformedArchiveException("it is no name for a control file");
        }

        return member.Type switch
        {
            TarType.Directory => null,
            TarType.File or TarType.HardLink when path.IsRoot => throw new MalformedArchiveException("it is no name for a control file"),
            TarType.File or TarType.HardLink => path.Parent.IsRoot ? path.Name : null,
            _ => throw new MalformedArchiveException("it is neither a file nor a directory"),
        };
    }

    private static ControlMember Store(TarReader tar, TarMember member, string name, FileSink sink)
    {
        if (name != "control")
        {
            return new ControlMember(name, member.Mode, new FileTime(member.Mtime), member.Size, CheckedSink.Store(sink, tar.Content, member.Size));
        }

        using var content = new MemoryStream(ReadStanza(tar, member), writable: false);
        return new ControlMember(name, member.Mode, new FileTime(member.Mtime), member.Size, CheckedSink.Store(sink, content, member.Size));
    }

    private static byte[] ReadStanza(TarReader tar, TarMember member)
    {
        if (member.Size > MaxControlSize)
        {
            throw new MalformedArchiveException($"a control file of {member.Size} bytes is larger than {MaxControlSize}");
        }

        var bytes = new byte[member.Size];
        tar.Content.ReadExactly(bytes);
        ControlStanza.Check(bytes);
        return bytes;
    }

    private static ControlMember Linked(OrderedDictionary<string, ControlMember> members, TarMember member, string name)
    {
        var target = TreePath.TryParse(member.LinkTarget, out var path) && path.Parent.IsRoot ? path.Name : "";
        return target != name && name != "control" && members.TryGetValue(target, out var linked)
            ? linked with { Name = name }
            : throw new MalformedArchiveException($"it is a hard link to `{TreePath.Display(member.LinkTarget)}`, which is no file before it");
    }
}
