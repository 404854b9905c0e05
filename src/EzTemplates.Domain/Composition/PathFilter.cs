using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>
/// Which of its packages' paths a template leaves out, by dpkg's own rules (dpkg(1), --path-exclude): the last rule that matches counts,
/// and a folder that a rule leaves out stays where another may bring something below it back.
/// </summary>
public sealed class PathFilter
{
    private const string Locales = "/usr/share/locale";
    private const string Manual = "/usr/share/man";

    private readonly ImmutableArray<(bool IsExclude, string Pattern)> _rules;

    private PathFilter(IEnumerable<(bool IsExclude, string Pattern)> rules) => _rules = [.. rules];

    public static PathFilter Of(TemplateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new PathFilter(RulesOf(settings.Languages).Concat(settings.Docs ? [] : RulesWithoutDocs));
    }

    public bool IsEmpty => _rules.IsEmpty;

    /// <summary>The rules as dpkg reads them, so that what is installed in an environment is left out as well.</summary>
    public string ToDpkgConfiguration() =>
        string.Concat(_rules.Select(rule => $"path-{(rule.IsExclude ? "exclude" : "include")}={rule.Pattern}\n"));

    public bool Keeps(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var path = entry.Path.Latin1;
        var last = _rules.LastOrDefault(rule => Matches(path, rule.Pattern));
        return !last.IsExclude || (entry.Type is EntryType.Directory or EntryType.Symlink && _rules.Any(rule => !rule.IsExclude && MayBringBack(path, rule.Pattern)));
    }

    /// <summary>A package's contents without what is left out; its control members stay.</summary>
    public PackageContents Apply(PackageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        if (IsEmpty)
        {
            return contents;
        }

        var kept = ImmutableArray.CreateBuilder<PackageEntry>();
        var files = contents.Entries.Where(e => e.Entry.Type == EntryType.File).ToDictionary(e => e.Entry.Path, e => e);
        var first = new Dictionary<TreePath, TreePath>();
        foreach (var item in contents.Entries.Where(item => Keeps(item.Entry)))
        {
            kept.Add(item.Entry.Type == EntryType.HardLink ? Relinked(item, files, first) : item);
        }

        return contents with { Entries = kept.ToImmutable() };
    }

    /// <summary>Of a file whose first name is left out, the first that stays has the content.</summary>
    private PackageEntry Relinked(PackageEntry link, Dictionary<TreePath, PackageEntry> files, Dictionary<TreePath, TreePath> first)
    {
        var target = TreePath.Parse(link.Entry.Target);
        if (!files.TryGetValue(target, out var file) || Keeps(file.Entry))
        {
            return link;
        }

        return first.TryGetValue(target, out var name)
            ? link with { Entry = link.Entry with { Target = name.Latin1 } }
            : first.TryAdd(target, link.Entry.Path) ? file with { Entry = file.Entry with { Path = link.Entry.Path } } : link;
    }

    // As Debian's own container images have them.
    private static IEnumerable<(bool, string)> RulesWithoutDocs =>
    [
        (true, "/usr/share/doc/*"), (false, "/usr/share/doc/*/copyright"), (true, Manual + "/*"), (true, "/usr/share/groff/*"),
        (true, "/usr/share/info/*"), (true, "/usr/share/lintian/*"), (true, "/usr/share/linda/*"),
    ];

    private static List<(bool, string)> RulesOf(ImmutableArray<string>? languages)
    {
        if (languages is not { } kept)
        {
            return [];
        }

        var rules = new List<(bool, string)> { (true, Locales + "/*"), (false, Locales + "/locale.alias"), (true, Manual + "/*"), (false, Manual + "/man[1-9]/*") };
        foreach (var language in kept)
        {
            // `de` also stands for `de_AT` and `de@euro`.
            rules.AddRange([(false, $"{Locales}/{language}/*"), (false, $"{Locales}/{language}[_@.]*/*"), (false, $"{Manual}/{language}/*"), (false, $"{Manual}/{language}[_@.]*/*")]);
        }

        return rules;
    }

    private static bool MayBringBack(string path, string pattern)
    {
        var end = pattern.AsSpan().IndexOfAny("*?[\\");
        var literal = (end < 0 ? pattern : pattern[..end]).TrimEnd('/');
        return string.CompareOrdinal(path, 0, literal, 0, literal.Length) == 0;
    }

    /// <summary>fnmatch(3) without flags: a star stands for slashes as well.</summary>
    private static bool Matches(ReadOnlySpan<char> path, ReadOnlySpan<char> pattern)
    {
        for (; pattern.Length > 0; pattern = pattern[1..], path = path[1..])
        {
            switch (pattern[0])
            {
                case '*':
                    for (var skipped = 0; skipped <= path.Length; skipped++)
                    {
                        if (Matches(path[skipped..], pattern[1..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case '[' when pattern.IndexOf(']') is var end and > 0:
                    if (path.IsEmpty || !IsInSet(path[0], pattern[1..end]))
                    {
                        return false;
                    }

                    pattern = pattern[end..];
                    break;
                default:
                    if (path.IsEmpty || path[0] != pattern[0])
                    {
                        return false;
                    }

                    break;
            }
        }

        return path.IsEmpty;
    }

    private static bool IsInSet(char c, ReadOnlySpan<char> set) =>
        set.Length == 3 && set[1] == '-' ? c >= set[0] && c <= set[2] : set.Contains(c);
}
