using System.Text.RegularExpressions;

namespace EzTemplates.Formats;

/// <summary>A scriptlet that failed, by what librpm said of it in the C locale.</summary>
/// <param name="Script">As rpm calls it: <c>%prein</c>.</param>
/// <param name="Package">Name, version, release and architecture.</param>
public sealed partial record RpmFailedScript(string Package, string Script)
{
    /// <summary>The first for which rpm did not install its package; null where it names none.</summary>
    public static RpmFailedScript? In(IEnumerable<string> lines) => Of(lines, "error").FirstOrDefault();

    /// <summary>Those of which rpm thinks that their package is installed all the same.</summary>
    public static IEnumerable<RpmFailedScript> Tolerated(IEnumerable<string> lines) => Of(lines, "warning");

    private static IEnumerable<RpmFailedScript> Of(IEnumerable<string> lines, string level)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Select(line => Said().Match(line)).Where(match => match.Success && match.Groups["level"].Value == level)
            .Select(match => new RpmFailedScript(match.Groups["package"].Value, match.Groups["script"].Value));
    }

    /// <summary>rpm's lib/rpmscript.c: <c>error: %prein(nginx-1.0-1.x86_64) scriptlet failed, exit status 1</c>.</summary>
    [GeneratedRegex(@"^(?<level>error|warning): (?<script>%[a-z]+)\((?<package>[^()\s]+)\) scriptlet failed", RegexOptions.CultureInvariant)]
    private static partial Regex Said();
}
