using System.Text.RegularExpressions;

namespace EzTemplates.Repositories;

/// <summary>The variables of DNF's configuration (dnf.conf(5), "Variables"): <c>$releasever</c>, <c>$basearch</c>, those of files, and none other.</summary>
internal sealed partial class DnfVariables
{
    private static readonly string[] Folders = ["etc/yum/vars", "etc/dnf/vars"];
    private static readonly string[] ReleaseFiles = ["etc/os-release", "usr/lib/os-release"];

    private readonly Dictionary<string, string> _values;

    private DnfVariables(Dictionary<string, string> values) => _values = values;

    /// <summary>A file of /etc/dnf/vars is a variable; it comes before one of /etc/yum/vars, and both before what is known without.</summary>
    public static DnfVariables OfHost(string root, string architecture)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["arch"] = architecture, ["basearch"] = BaseOf(architecture) };
        if (ReleaseVersion(root) is { } release)
        {
            values["releasever"] = release;
        }

        foreach (var file in Folders.SelectMany(folder => HostDnfSources.FilesIn(root, folder)))
        {
            if (TryRead(file) is { } text && text.Split('\n')[0].Trim() is var first)
            {
                values[Path.GetFileName(file)] = first;
            }
        }

        if (values.TryGetValue("releasever", out var version))
        {
            var parts = version.Split('.', 2);
            _ = values.TryAdd("releasever_major", parts[0]);
            _ = values.TryAdd("releasever_minor", parts.Length > 1 ? parts[1] : "");
        }

        return new DnfVariables(values);
    }

    /// <summary><c>$name</c>, <c>${name}</c>, <c>${name:-otherwise}</c> and <c>${name:+instead}</c>; one that is not known stays as it is written.</summary>
    public string Replace(string text) => Reference().Replace(text, match =>
    {
        var name = match.Groups["name"].Value;
        var value = _values.GetValueOrDefault(name);
        return match.Groups["how"].Value switch
        {
            "-" => string.IsNullOrEmpty(value) ? match.Groups["word"].Value : value,
            "+" => string.IsNullOrEmpty(value) ? "" : match.Groups["word"].Value,
            _ => value ?? match.Value,
        };
    });

    /// <summary>
    /// Enterprise Linux says 9.4 of itself and calls its repositories 9, which PLATFORM_ID has (<c>platform:el9</c>); others have but VERSION_ID.
    /// </summary>
    private static string? ReleaseVersion(string root)
    {
        foreach (var file in ReleaseFiles.Select(name => Path.Combine(root, name)))
        {
            if (TryRead(file) is not { } text)
            {
                continue;
            }

            var fields = text.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0].Trim()).ToDictionary(same => same.Key, same => same.Last()[1].Trim().Trim('"', '\''));
            return Platform().Match(fields.GetValueOrDefault("PLATFORM_ID", "")) is { Success: true } platform
                ? platform.Groups[1].Value
                : fields.GetValueOrDefault("VERSION_ID");
        }

        return null;
    }

    private static string BaseOf(string architecture) => architecture switch
    {
        "i686" or "i586" or "i486" => "i386",
        "armv7hl" or "armv7hnl" => "armhfp",
        _ => architecture,
    };

    private static string? TryRead(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\$(?:(?<name>[A-Za-z0-9_]+)|\{(?<name>[A-Za-z0-9_]+)(?::(?<how>[-+])(?<word>[^}]*))?\})", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^platform:(?:el|f)([0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Platform();
}
