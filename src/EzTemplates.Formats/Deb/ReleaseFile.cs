using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads a suite's Release file, or the text that a verifier took out of an InRelease. Never give it unverified text.</summary>
public static class ReleaseFile
{
    /// <param name="file">What errors call it.</param>
    /// <exception cref="MalformedMetadataException">
    /// It is not one paragraph, has no SHA256 section, or a date, a size, a digest or a path in it is not one.
    /// </exception>
    public static ReleaseInfo Parse(ReadOnlyMemory<byte> text, string file)
    {
        var paragraphs = Deb822Paragraph.ReadAll(text, file);
        if (paragraphs.Length != 1)
        {
            throw new MalformedMetadataException(file, paragraphs.Length == 0 ? 0 : paragraphs[1].Line, "", $"a Release file has one paragraph, not {paragraphs.Length}");
        }

        var release = paragraphs[0];
        return new ReleaseInfo
        {
            Origin = release.Text("Origin"),
            Label = release.Text("Label"),
            Suite = release.Text("Suite"),
            Codename = release.Text("Codename"),
            Version = release.Text("Version"),
            Date = Date(release, "Date"),
            ValidUntil = Date(release, "Valid-Until"),
            AcquireByHash = IsYes(release, "Acquire-By-Hash"),
            NotAutomatic = IsYes(release, "NotAutomatic"),
            ButAutomaticUpgrades = IsYes(release, "ButAutomaticUpgrades"),
            Architectures = release.Find("Architectures")?.Words ?? [],
            NoSupportForArchitectureAll = release.Find("No-Support-for-Architecture-all")?.Words ?? [],
            Components = release.Find("Components")?.Words ?? [],
            Files = Files(release),
        };
    }

    private static bool IsYes(Deb822Paragraph release, string field) =>
        release.Text(field).Equals("yes", StringComparison.OrdinalIgnoreCase);

    /// <summary>A date that cannot be read is an error, not an absent one: else a typo would switch expiry off.</summary>
    private static DateTimeOffset? Date(Deb822Paragraph release, string field)
    {
        if (release.Find(field) is not { } found)
        {
            return null;
        }

        return ReleaseDate.TryParse(found.Text, out var date)
            ? date
            : throw release.Malformed(field, $"`{found.Text}` is not a date such as `Sat, 11 Jul 2026 10:16:37 UTC`");
    }

    private static Dictionary<string, ReleaseEntry> Files(Deb822Paragraph release)
    {
        if (release.Find("SHA256") is not { } section)
        {
            throw release.Malformed("SHA256", "is missing; no weaker checksum is taken instead");
        }

        var files = new Dictionary<string, ReleaseEntry>(StringComparer.Ordinal);
        var lines = section.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "")
            {
                AddFile(files, lines[i], reason => new MalformedMetadataException(release.File, section.Line + i, "SHA256", reason));
            }
        }

        return files;
    }

    private static void AddFile(Dictionary<string, ReleaseEntry> files, string line, Func<string, Exception> malformed)
    {
        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3
            || !Sha256Digest.TryParse(words[0], out var digest)
            || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw malformed($"`{line}` is not `digest size path`");
        }

        if (words[2].StartsWith('/') || words[2].Split('/').Contains("..") || words[2].Any(char.IsControl))
        {
            throw malformed($"`{TreePath.Display(words[2])}` leads out of the suite's directory");
        }

        var entry = new ReleaseEntry(size, digest);
        if (!files.TryAdd(words[2], entry) && files[words[2]] != entry)
        {
            throw malformed($"`{words[2]}` stands twice, with different contents");
        }
    }
}
