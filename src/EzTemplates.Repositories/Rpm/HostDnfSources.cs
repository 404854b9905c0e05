using System.Collections.Immutable;
using System.IO.Enumeration;

namespace EzTemplates.Repositories;

/// <summary>
/// Reads the repositories of this host's DNF, YUM or zypper (dnf.conf(5), "Repo Options" and "Variables"). Changes nothing, calls no
/// program. A repository that is not enabled is taken too: the recipe names it.
/// </summary>
public static class HostDnfSources
{
    private static readonly string[] Folders = ["etc/yum.repos.d", "etc/distro.repos.d", "etc/zypp/repos.d"];
    private static readonly string[] KeyFolders = ["etc/pki/rpm-gpg", "usr/lib/rpm/gnupg/keys", "usr/share/distribution-gpg-keys"];

    // Hidden files are files.
    private static readonly EnumerationOptions OneFolder = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
    private static readonly EnumerationOptions AnyDepth = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None, RecurseSubdirectories = true };

    /// <param name="root">Below which all files are looked for, those of keys too.</param>
    /// <param name="architecture">The recipe's, for <c>$basearch</c>.</param>
    public static HostDnfConfiguration Read(string root, string architecture)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        var variables = DnfVariables.OfHost(root, architecture);
        var sources = ImmutableArray.CreateBuilder<HostDnfSource>();
        foreach (var file in Folders.SelectMany(folder => FilesIn(root, folder)).Where(file => file.EndsWith(".repo", StringComparison.Ordinal)))
        {
            try
            {
                foreach (var section in Sections(File.ReadAllText(file)))
                {
                    sources.Add(Source(section, file, root, variables, warnings));
                }
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                warnings.Add($"`{file}` is left out: {unreadable.Message}");
            }
        }

        var apt = TrustedKeys.HostKeyrings(root);
        return new HostDnfConfiguration
        {
            Sources = [.. sources.DistinctBy(source => source.Id)],
            Keys = new HostKeyFiles(
                [.. KeyFolders.SelectMany(folder => FilesIn(root, folder, AnyDepth)), .. apt.Files],
                [.. KeyFolders.Select(folder => Path.Combine(root, folder)), .. apt.Folders]),
            Warnings = warnings.ToImmutable(),
        };
    }

    private static HostDnfSource Source(
        IniSection section, string file, string root, DnfVariables variables, ImmutableArray<string>.Builder warnings)
    {
        var id = variables.Replace(section.Name);
        IEnumerable<string> Values(string key) => variables.Replace(section.Keys.GetValueOrDefault(key, "")).Split([' ', '\n', ','], StringSplitOptions.RemoveEmptyEntries);
        Uri? Address(string key) => Values(key).Select(text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null).FirstOrDefault();
        var roots = ImmutableArray.CreateBuilder<Uri>();
        foreach (var text in Values("baseurl"))
        {
            if (HostAptSources.Root(text) is { } archive)
            {
                roots.Add(archive);
            }
            else
            {
                warnings.Add($"`{text}` of repository `{id}` in `{file}` is left out: only http, https and file are understood");
            }
        }

        var (keys, addresses) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        foreach (var text in Values("gpgkey"))
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var key) && key.IsFile)
            {
                keys.Add(Path.Combine(root, key.LocalPath.TrimStart('/')));
            }
            else
            {
                addresses.Add(text);
            }
        }

        // Where there is no other key, whoever wants the repository's keys is told: of a host's many repositories a recipe names a few.
        warnings.AddRange(keys.Count == 0 ? [] : addresses.Select(text => $"the key `{text}` of repository `{id}` in `{file}` is left out: no key is fetched, name a file"));

        // YUM took a metalink in mirrorlist, too.
        var (list, metalink) = (Address("mirrorlist"), Address("metalink"));
        var isMetalink = metalink is null && list?.PathAndQuery.Contains("metalink", StringComparison.Ordinal) == true;
        return new HostDnfSource(id, roots.ToImmutable(), isMetalink ? null : list, isMetalink ? list : metalink, new TrustedKeys(keys.ToImmutable(), [], []), file) { KeyAddresses = addresses.ToImmutable() };
    }

    /// <summary>A section of an INI file; a value's further lines are indented.</summary>
    private sealed record IniSection(string Name, Dictionary<string, string> Keys);

    private static List<IniSection> Sections(string text)
    {
        var sections = new List<IniSection>();
        var last = "";
        foreach (var line in text.Split('\n').Where(line => line.Trim() is not "" and not ['#' or ';', ..]))
        {
            if (line.TrimEnd() is ['[', .., ']'] heading)
            {
                sections.Add(new IniSection(heading[1..^1].Trim(), new Dictionary<string, string>(StringComparer.Ordinal)));
                last = "";
            }
            else if (sections.Count > 0 && char.IsWhiteSpace(line[0]) && last != "")
            {
                sections[^1].Keys[last] += "\n" + line.Trim();
            }
            else if (sections.Count > 0 && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                last = line[..equals].Trim().ToLowerInvariant();
                sections[^1].Keys[last] = line[(equals + 1)..].Trim();
            }
        }

        return sections.FindAll(section => section.Name != "main");
    }

    /// <summary>What this user may not look into is passed over, and no link to a folder is followed: it may lead back.</summary>
    internal static IEnumerable<string> FilesIn(string root, string folder, EnumerationOptions? depth = null)
    {
        var path = Path.Combine(root, folder);
        return !Directory.Exists(path) ? [] : new FileSystemEnumerable<string>(path, (ref FileSystemEntry entry) => entry.ToFullPath(), depth ?? OneFolder)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.Order(StringComparer.Ordinal);
    }
}
