using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// The sidecar of a manifest: <c>ez-provenance 2</c>, then <c>package NAME VERSION ARCH</c> lines numbered from 0, then
/// <c>run PACKAGE COUNT</c> lines (that many entries of the manifest, in its order, come from that package; <c>-1</c>: from none),
/// then <c>conffile PACKAGE PATH</c>, <c>script PACKAGE made|changed PATH</c> (-1: of a package that could not be told) and
/// <c>note PATH TEXT</c>. Format 1 knows no <c>script</c>, and is read as well.
/// </summary>
public static class ProvenanceText
{
    private static ReadOnlySpan<byte> Header => "ez-provenance 2"u8;

    private static ReadOnlySpan<byte> EarlierHeader => "ez-provenance 1"u8;

    private static ReadOnlySpan<byte> Made => "made"u8;

    private static ReadOnlySpan<byte> Changed => "changed"u8;

    public static byte[] Write(Provenance provenance)
    {
        var lines = new LineWriter(4096 + (provenance.Packages.Length * 48));
        lines.Raw(Header);
        lines.EndLine();
        foreach (var package in provenance.Packages)
        {
            Line(lines, "package"u8, package.Name, package.Version, package.Architecture);
        }

        var owners = provenance.PackageOfEntry.AsSpan();
        while (!owners.IsEmpty)
        {
            var count = owners.IndexOfAnyExcept(owners[0]);
            count = count < 0 ? owners.Length : count;
            lines.Raw("run"u8);
            lines.Next().Number(owners[0]);
            lines.Next().Number(count);
            lines.EndLine();
            owners = owners[count..];
        }

        foreach (var (path, package) in provenance.ConfigurationFiles)
        {
            lines.Raw("conffile"u8);
            lines.Next().Number(package);
            lines.Next().Escaped(path.Latin1);
            lines.EndLine();
        }

        foreach (var (path, package, act) in provenance.Scripts)
        {
            lines.Raw("script"u8);
            lines.Next().Number(package);
            lines.Next().Raw(act == ScriptAct.Made ? Made : Changed);
            lines.Next().Escaped(path.Latin1);
            lines.EndLine();
        }

        foreach (var (path, text) in provenance.Notes)
        {
            Line(lines, "note"u8, path.Latin1, text);
        }

        return lines.Written.ToArray();
    }

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Store: not the text of a provenance; it names file and line.</exception>
    public static Provenance Read(ReadOnlySpan<byte> text, string fileName)
    {
        var reader = new LineReader(text, fileName, "provenance");
        reader.RequireHeader(reader.StartsWithLine(EarlierHeader) ? EarlierHeader : Header);
        var packages = ImmutableArray.CreateBuilder<ProvenancePackage>();
        var owners = ImmutableArray.CreateBuilder<int>();
        var conffiles = ImmutableArray.CreateBuilder<ConfigurationFile>();
        var scripts = ImmutableArray.CreateBuilder<ScriptWork>();
        var notes = ImmutableArray.CreateBuilder<ProvenanceNote>();
        while (reader.NextLine())
        {
            switch (reader.Field("keyword"))
            {
                case var word when word.SequenceEqual("package"u8):
                    packages.Add(new ProvenancePackage(reader.Text("name"), reader.Text("version"), reader.Text("architecture")));
                    break;
                case var word when word.SequenceEqual("run"u8):
                    owners.AddRange(Enumerable.Repeat(PackageNumber(ref reader, -1, packages.Count), Count(ref reader)));
                    break;
                case var word when word.SequenceEqual("conffile"u8):
                    var package = PackageNumber(ref reader, 0, packages.Count);
                    conffiles.Add(new ConfigurationFile(Path(ref reader), package));
                    break;
                case var word when word.SequenceEqual("script"u8):
                    var author = PackageNumber(ref reader, -1, packages.Count);
                    var act = Act(ref reader);
                    scripts.Add(new ScriptWork(Path(ref reader), author, act));
                    break;
                case var word when word.SequenceEqual("note"u8):
                    notes.Add(new ProvenanceNote(Path(ref reader), reader.Text("text")));
                    break;
                default:
                    throw reader.Fail("a keyword that is none of `package run conffile script note`");
            }

            reader.EndFields();
        }

        return new Provenance
        {
            Packages = packages.DrainToImmutable(),
            PackageOfEntry = owners.DrainToImmutable(),
            ConfigurationFiles = conffiles.DrainToImmutable(),
            Scripts = scripts.DrainToImmutable(),
            Notes = notes.DrainToImmutable(),
        };
    }

    private static void Line(LineWriter line, ReadOnlySpan<byte> keyword, params ReadOnlySpan<string> fields)
    {
        line.Raw(keyword);
        foreach (var field in fields)
        {
            line.Next().Escaped(field);
        }

        line.EndLine();
    }

    private static TreePath Path(ref LineReader reader) =>
        TreePath.TryParse(reader.Text("path"), out var path) ? path : throw reader.Fail("the path is not one inside a tree");

    private static ScriptAct Act(ref LineReader reader) => reader.Field("act") switch
    {
        var word when word.SequenceEqual(Made) => ScriptAct.Made,
        var word when word.SequenceEqual(Changed) => ScriptAct.Changed,
        _ => throw reader.Fail("the act is none of `made changed`"),
    };

    private static int PackageNumber(ref LineReader reader, int least, int count) =>
        reader.Number("package") is var number && number >= least && number < count ? (int)number : throw reader.Fail("no such package");

    // No tree has more paths than this; a larger number would be taken for a size of memory.
    private static int Count(ref LineReader reader) =>
        reader.Number("count") is > 0 and <= 50_000_000 and var count ? (int)count : throw reader.Fail("not a count of paths");
}
