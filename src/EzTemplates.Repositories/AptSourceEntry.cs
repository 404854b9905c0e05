using System.Collections.Immutable;
using System.Text;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>An entry of sources.list(5), in either of its two forms, before keys and URIs are looked at.</summary>
internal sealed record AptSourceEntry(string DefinedIn)
{
    public required ImmutableArray<string> Uris { get; init; }

    public required ImmutableArray<string> Suites { get; init; }

    public required ImmutableArray<string> Components { get; init; }

    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Paths or fingerprints; empty where the entry names none.</summary>
    public ImmutableArray<string> SignedBy { get; init; } = [];

    /// <summary>An armored key inside the file.</summary>
    public string? InlineKey { get; init; }

    public bool IgnoreValidUntil { get; init; }

    /// <summary><c>trusted=yes</c>, which is never taken over.</summary>
    public bool Trusted { get; init; }

    /// <summary>The binary entries of a <c>.list</c>: <c>deb [option=value ...] URI suite [component ...]</c>.</summary>
    public static IEnumerable<AptSourceEntry> ReadList(string text, string file)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Split('#')[0].Trim();
            if (ReadLine(line, $"{file}:{i + 1}") is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>The enabled binary paragraphs of a <c>.sources</c>.</summary>
    /// <exception cref="MalformedMetadataException">The text is not deb822.</exception>
    public static IEnumerable<AptSourceEntry> ReadSources(byte[] text, string file)
    {
        foreach (var paragraph in Deb822Paragraph.ReadAll(text, file, Deb822Comments.Skipped))
        {
            var types = Words(paragraph, "Types");
            if (types.Contains("deb") && !IsNo(paragraph.Text("Enabled")))
            {
                var key = paragraph.Text("Signed-By");
                var inline = key.Contains("-----BEGIN", StringComparison.Ordinal);
                yield return new AptSourceEntry($"{file}:{paragraph.Line}")
                {
                    Uris = Words(paragraph, "URIs"),
                    Suites = Words(paragraph, "Suites"),
                    Components = Words(paragraph, "Components"),
                    Architectures = Words(paragraph, "Architectures"),
                    SignedBy = inline ? [] : Names(key),
                    InlineKey = inline ? Unfold(paragraph.Find("Signed-By")!) : null,
                    IgnoreValidUntil = IsNo(paragraph.Text("Check-Valid-Until")),
                    Trusted = IsYes(paragraph.Text("Trusted")),
                };
            }
        }
    }

    private static AptSourceEntry? ReadLine(string line, string definedIn)
    {
        var words = line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["deb", var rest])
        {
            return null;
        }

        rest = rest.TrimStart();
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
        {
            foreach (var option in rest[1..end].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = option.Split('=', 2);
                options[parts[0].TrimEnd('+')] = parts.Length == 2 ? parts[1] : "";
            }

            rest = rest[(end + 1)..];
        }

        var fields = rest.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 2 ? null : new AptSourceEntry(definedIn)
        {
            Uris = [fields[0]],
            Suites = [fields[1]],
            Components = [.. fields.Skip(2)],
            Architectures = Names(options.GetValueOrDefault("arch", "")),
            SignedBy = Names(options.GetValueOrDefault("signed-by", "")),
            IgnoreValidUntil = IsNo(options.GetValueOrDefault("check-valid-until", "")),
            Trusted = IsYes(options.GetValueOrDefault("trusted", "")),
        };
    }

    private static ImmutableArray<string> Words(Deb822Paragraph paragraph, string field) => paragraph.Find(field)?.Words ?? [];

    private static ImmutableArray<string> Names(string text) => [.. text.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A folded text: a line with only a dot stands for an empty one (deb822(5)).</summary>
    private static string Unfold(Deb822Field field)
    {
        var text = new StringBuilder();
        foreach (var line in field.Lines)
        {
            text.Append(line == "." ? "" : line).Append('\n');
        }

        return text.ToString();
    }

    private static bool IsNo(string text) => text.Trim().ToLowerInvariant() is "no" or "false" or "0" or "off" or "without" or "disable";

    private static bool IsYes(string text) => text.Trim().ToLowerInvariant() is "yes" or "true" or "1" or "on" or "with" or "enable";
}
