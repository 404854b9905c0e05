namespace EzTemplates.Formats.Dpkg;

/// <summary>Which script of which package failed, by what <c>dpkg --configure</c> said in the C locale.</summary>
public sealed record FailedScript(string Package, string Script)
{
    private const string Failed = "dpkg: error processing package ";

    /// <summary>The first package that dpkg gave up on; null where it named none.</summary>
    public static FailedScript? In(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        string? package = null;
        foreach (var line in lines)
        {
            if (package is null && line.StartsWith(Failed, StringComparison.Ordinal))
            {
                package = line[Failed.Length..].Split(' ', 2)[0];
            }
            else if (package is not null)
            {
                return new FailedScript(package, ScriptIn(line));
            }
        }

        return package is null ? null : new FailedScript(package, "postinst");
    }

    /// <summary><c>installed foo package post-installation script subprocess returned error exit status 1</c>.</summary>
    private static string ScriptIn(string line) =>
        line.Contains("pre-installation", StringComparison.Ordinal) ? "preinst"
        : line.Contains("pre-removal", StringComparison.Ordinal) ? "prerm"
        : line.Contains("post-removal", StringComparison.Ordinal) ? "postrm"
        : line.Contains("dependency problems", StringComparison.Ordinal) ? "dependencies"
        : "postinst";
}
