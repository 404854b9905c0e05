using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// The text of a package's contents, in the style of <see cref="ManifestText"/>: <c>ez-contents 2</c>, the line <c>package DIGEST SIZE</c>,
/// a line <c>control MODE MTIME SIZE DIGEST NAME</c> a control member, then the entries in the archive's order, with user and group
/// name (<c>-</c>: none) before the path. A hard link's target is an earlier path.
/// </summary>
public static class ContentsText
{
    private static ReadOnlySpan<byte> Header => "ez-contents 2"u8;

    /// <summary>Whether a text is of this format. One of an earlier format says less, and its package is to be unpacked again.</summary>
    public static bool IsCurrent(ReadOnlySpan<byte> text) => text.StartsWith(Header);

    public static byte[] Write(PackageContents contents) => Lines(contents).Written.ToArray();

    public static void Write(PackageContents contents, Stream destination) => destination.Write(Lines(contents).Written);

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Store: not the canonical text of a package's contents; it names file and line.</exception>
    public static PackageContents Read(ReadOnlySpan<byte> text, string fileName)
    {
        var reader = new LineReader(text, fileName, "package contents");
        reader.RequireHeader(Header);
        var canonical = new LineWriter(512);
        if (!reader.NextLine() || !reader.Field("keyword").SequenceEqual("package"u8))
        {
            throw reader.Fail("no `package` line");
        }

        var (package, size) = (reader.Digest("package"), reader.Number("size"));
        reader.EndFields();
        WritePackage(canonical, package, size);
        reader.RequireSpelling(canonical.Written);

        var control = ImmutableArray.CreateBuilder<ControlMember>();
        var entries = ImmutableArray.CreateBuilder<PackageEntry>(text.Length / 120);
        var paths = new HashSet<TreePath>();
        while (reader.NextLine())
        {
            canonical.Clear();
            if (entries.Count == 0 && reader.StartsWith("control "u8))
            {
                control.Add(ReadControl(ref reader));
                WriteControl(canonical, control[^1]);
            }
            else
            {
                entries.Add(ReadEntry(ref reader));
                WriteEntry(canonical, entries[^1]);
                if (!paths.Add(entries[^1].Entry.Path))
                {
                    throw reader.Fail($"`{entries[^1].Entry.Path}` stands twice");
                }
            }

            reader.RequireSpelling(canonical.Written);
        }

        return new PackageContents
        {
            Package = package,
            ArchiveSize = size,
            Control = control.DrainToImmutable(),
            Entries = entries.DrainToImmutable(),
        };
    }

    private static LineWriter Lines(PackageContents contents)
    {
        var lines = new LineWriter((contents.Entries.Length * 200) + 4096);
        lines.Raw(Header);
        lines.EndLine();
        WritePackage(lines, contents.Package, contents.ArchiveSize);
        foreach (var member in contents.Control)
        {
            WriteControl(lines, member);
        }

        foreach (var entry in contents.Entries)
        {
            WriteEntry(lines, entry);
        }

        return lines;
    }

    private static void WritePackage(LineWriter line, Sha256Digest package, long size)
    {
        line.Raw("package"u8);
        line.Next().Digest(package);
        line.Next().Number(size);
        line.EndLine();
    }

    private static void WriteControl(LineWriter line, ControlMember member)
    {
        line.Raw("control"u8);
        line.Next().Mode(member.Mode);
        line.Next().Time(member.Mtime);
        line.Next().Number(member.Size);
        line.Next().Digest(member.Content);
        line.Next().Escaped(member.Name);
        line.EndLine();
    }

    private static ControlMember ReadControl(ref LineReader line)
    {
        _ = line.Field("keyword");
        var (mode, mtime, size, content) = (line.Mode(), line.Time(), line.Number("size"), line.Digest("content"));
        var name = line.Text("name");
        line.EndFields();
        return new ControlMember(name, mode, mtime, size, content);
    }

    private static void WriteEntry(LineWriter line, PackageEntry entry)
    {
        EntryFields.WriteHead(line, entry.Entry);
        WriteName(line.Next(), entry.UserName);
        WriteName(line.Next(), entry.GroupName);
        EntryFields.WriteTail(line, entry.Entry);
    }

    private static PackageEntry ReadEntry(ref LineReader line)
    {
        var head = EntryFields.ReadHead(ref line);
        var (user, group) = (ReadName(ref line, "user name"), ReadName(ref line, "group name"));
        return new PackageEntry(EntryFields.ReadTail(ref line, head), user, group);
    }

    private static void WriteName(LineWriter line, string name)
    {
        if (name == "")
        {
            line.Byte((byte)'-');
        }
        else
        {
            line.Escaped(name, name == "-" ? "-" : "");
        }
    }

    private static string ReadName(ref LineReader line, string what)
    {
        var field = line.Field(what);
        return field.SequenceEqual("-"u8) ? "" : line.Unescape(field, what);
    }
}
