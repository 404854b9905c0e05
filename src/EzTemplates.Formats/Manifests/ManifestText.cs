using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// A manifest's canonical text: <c>ez-manifest 1</c>, then a line a path (see <see cref="EntryFields"/>), sorted by raw bytes.
/// A manifest has exactly one text, and its SHA-256 names the manifest; what is not that text is not read.
/// </summary>
public static class ManifestText
{
    private static ReadOnlySpan<byte> Header => "ez-manifest 1"u8;

    public static byte[] Write(Manifest manifest) => Lines(manifest).Written.ToArray();

    /// <returns>The manifest's digest: the SHA-256 of what was written.</returns>
    public static Sha256Digest Write(Manifest manifest, Stream destination)
    {
        var lines = Lines(manifest);
        destination.Write(lines.Written);
        return Sha256Digest.Of(lines.Written);
    }

    public static Sha256Digest DigestOf(Manifest manifest) => Sha256Digest.Of(Lines(manifest).Written);

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Store: not the canonical text of a manifest; it names file and line.</exception>
    public static Manifest Read(ReadOnlySpan<byte> text, string fileName)
    {
        var reader = new LineReader(text, fileName, "manifest");
        reader.RequireHeader(Header);
        var entries = ImmutableArray.CreateBuilder<ManifestEntry>(text.Length / 120);
        var seen = new EntryTypes(text.Length / 120);
        var canonical = new LineWriter(512);
        while (reader.NextLine())
        {
            var entry = EntryFields.ReadTail(ref reader, EntryFields.ReadHead(ref reader));
            canonical.Clear();
            WriteLine(canonical, entry);
            reader.RequireSpelling(canonical.Written);
            if (entries.Count > 0 && entries[^1].Path >= entry.Path)
            {
                throw reader.Fail($"`{entry.Path}` is out of order");
            }

            if (seen.Refuses(entry) is { } why)
            {
                throw reader.Fail(why);
            }

            entries.Add(entry);
        }

        return entries.Count > 0 ? new Manifest(entries.DrainToImmutable()) : throw reader.Fail("it has no root directory");
    }

    /// <summary>The root directory, from the start of a manifest's text; the rest is not looked at.</summary>
    /// <exception cref="EzException">Store: it does not start as a manifest does.</exception>
    public static ManifestEntry ReadRoot(ReadOnlySpan<byte> head, string fileName)
    {
        var reader = new LineReader(head, fileName, "manifest");
        reader.RequireHeader(Header);
        return reader.NextLine() && EntryFields.ReadTail(ref reader, EntryFields.ReadHead(ref reader)) is { Type: EntryType.Directory, Path.IsRoot: true } root
            ? root
            : throw reader.Fail("the first path is not the root directory");
    }

    private static LineWriter Lines(Manifest manifest)
    {
        var lines = new LineWriter((manifest.Entries.Length * 190) + 64);
        lines.Raw(Header);
        lines.EndLine();
        foreach (var entry in manifest.Entries)
        {
            WriteLine(lines, entry);
        }

        return lines;
    }

    private static void WriteLine(LineWriter line, ManifestEntry entry)
    {
        EntryFields.WriteHead(line, entry);
        EntryFields.WriteTail(line, entry);
    }

    /// <summary>What the lines before this one have, to tell whether they make a tree.</summary>
    private readonly struct EntryTypes(int expected)
    {
        private readonly Dictionary<string, EntryType> _types = new(expected, StringComparer.Ordinal);

        public string? Refuses(ManifestEntry entry)
        {
            var path = entry.Path.Latin1;
            if (_types.Count == 0)
            {
                _types.Add(path, entry.Type);
                return entry.Path.IsRoot && entry.Type == EntryType.Directory ? null : "the first path is not the root directory";
            }

            _types.Add(path, entry.Type);
            var parent = path.AsSpan(0, Math.Max(path.LastIndexOf('/'), 1));
            if (!Is(parent, EntryType.Directory))
            {
                return $"`{entry.Path}` does not lie in a directory of the manifest";
            }

            return entry.Type != EntryType.HardLink || Is(entry.Target, EntryType.File)
                ? null
                : $"`{entry.Path}` is a hard link to `{TreePath.Display(entry.Target)}`, which is no file before it";
        }

        private bool Is(ReadOnlySpan<char> path, EntryType type) =>
            _types.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out var found) && found == type;
    }
}
