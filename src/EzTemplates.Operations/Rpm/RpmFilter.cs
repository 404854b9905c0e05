using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Operations;

/// <summary>
/// Which of its packages' files a template leaves out, by what the packages say of them, as rpm does (lib/transaction.c, skipInstallFiles):
/// documentation, and files for other languages; then folders of the package in which nothing is left.
/// </summary>
internal sealed class RpmFilter(TemplateSettings settings)
{
    // For a macro without a body rpm prints an error and keeps all languages; this is none that files are marked with.
    private const string NoLanguage = "C";

    private readonly ImmutableArray<string>? _languages = settings.Languages;

    public bool IsEmpty => settings.Docs && _languages is null;

    /// <summary>As rpm's macros say it, for what is installed in an environment.</summary>
    public string ToMacros() => (_languages is { } languages ? $"%_install_langs {(languages.IsEmpty ? NoLanguage : string.Join(':', languages))}\n" : "") + (settings.Docs ? "" : "%_excludedocs 1\n");

    public PackageContents Apply(PackageContents contents, RpmFileTable files)
    {
        if (IsEmpty)
        {
            return contents;
        }

        var left = files.Files.Where(file => !Keeps(file)).Select(file => file.Path).ToHashSet();
        if (left.Count == 0)
        {
            return contents;
        }

        var full = files.Files.Where(file => !left.Contains(file.Path)).Select(file => file.Path.Parent).ToHashSet();
        left.UnionWith(left.Select(path => path.Parent).Where(folder => !full.Contains(folder) && files.Find(folder) is not null).ToList());
        return contents with { Entries = Relinked(contents.Entries.Where(entry => !left.Contains(entry.Entry.Path)), contents) };
    }

    private bool Keeps(RpmFile file) =>
        (settings.Docs || !file.Flags.HasFlag(RpmFileFlags.Doc))
        && (_languages is not { } languages || file.Languages.Length == 0
            || languages.Any(language => file.Languages.Split('|').Any(one => one.Length > 0 && language.StartsWith(one, StringComparison.Ordinal))));

    /// <summary>Of a file whose first name is left out, the first that stays has the content.</summary>
    private static ImmutableArray<PackageEntry> Relinked(IEnumerable<PackageEntry> kept, PackageContents all)
    {
        var files = all.Entries.Where(entry => entry.Entry.Type == EntryType.File).ToDictionary(entry => entry.Entry.Path, entry => entry.Entry);
        var first = new Dictionary<TreePath, TreePath>();
        var entries = ImmutableArray.CreateBuilder<PackageEntry>();
        foreach (var item in kept)
        {
            var entry = item.Entry;
            var inode = entry.Type == EntryType.HardLink ? TreePath.Parse(entry.Target) : entry.Path;
            if (entry.Type == EntryType.HardLink)
            {
                entry = first.TryGetValue(inode, out var name) ? entry with { Target = name.Latin1 } : files[inode] with { Path = entry.Path };
            }

            first.TryAdd(inode, entry.Path);
            entries.Add(item with { Entry = entry });
        }

        return entries.ToImmutable();
    }
}
