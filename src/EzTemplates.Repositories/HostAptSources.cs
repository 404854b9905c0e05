using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>Reads this host's APT configuration (sources.list(5), apt.conf(5), apt-secure(8)). Changes nothing, calls no program.</summary>
public static class HostAptSources
{
    /// <param name="root">Where <c>/etc/apt</c> is looked for; key paths in the files are taken below it too.</param>
    /// <exception cref="EzException">A <c>.sources</c> file is malformed.</exception>
    public static HostAptConfiguration Read(string root = "/")
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        var options = ReadOptions(root);
        var ignoreValidUntil = AptConfText.IsFalse(options, "acquire::check-valid-until");
        var ignoreDate = AptConfText.IsFalse(options, "acquire::check-date");
        if (ignoreValidUntil || ignoreDate)
        {
            var names = string.Join(" and ", new[] { ignoreValidUntil ? "`Acquire::Check-Valid-Until`" : null, ignoreDate ? "`Acquire::Check-Date`" : null }.OfType<string>());
            warnings.Add($"this host's APT switches {names} off, so the age of its repositories' metadata is not checked");
        }

        return new HostAptConfiguration
        {
            Sources = [.. Entries(root, warnings).SelectMany(entry => Sources(entry, root, warnings))],
            IgnoreValidUntil = ignoreValidUntil,
            IgnoreDate = ignoreDate,
            Keys = TrustedKeys.HostKeyrings(root),
            Warnings = [.. warnings.Distinct()],
        };
    }

    private static IEnumerable<AptSourceEntry> Entries(string root, ImmutableArray<string>.Builder warnings)
    {
        var apt = Path.Combine(root, "etc/apt");
        foreach (var file in new[] { Path.Combine(apt, "sources.list") }.Where(File.Exists).Concat(Parts(Path.Combine(apt, "sources.list.d"))))
        {
            if (!TryRead(file, warnings, out var bytes))
            {
                continue;
            }

            var entries = file.EndsWith(".list", StringComparison.Ordinal)
                ? AptSourceEntry.ReadList(System.Text.Encoding.UTF8.GetString(bytes), file)
                : file.EndsWith(".sources", StringComparison.Ordinal) ? AptSourceEntry.ReadSources(bytes, file) : [];
            foreach (var entry in entries)
            {
                yield return entry;
            }
        }
    }

    private static IEnumerable<HostAptSource> Sources(AptSourceEntry entry, string root, ImmutableArray<string>.Builder warnings)
    {
        if (entry.Trusted)
        {
            warnings.Add($"`trusted=yes` at `{entry.DefinedIn}` is not taken over: a signature is asked for all the same");
        }

        if (entry.IgnoreValidUntil)
        {
            warnings.Add($"`Check-Valid-Until: no` at `{entry.DefinedIn}` is taken over, so the age of that source's metadata is not checked");
        }

        var keys = Keys(entry, root);
        foreach (var text in entry.Uris)
        {
            if (Root(text) is not { } archive)
            {
                warnings.Add($"`{text}` at `{entry.DefinedIn}` is left out: only http, https and file are understood");
                continue;
            }

            // A suite that ends in a slash is a flat repository: it has no components, and no recipe can name it yet.
            foreach (var suite in entry.Suites.Where(s => !s.EndsWith('/')))
            {
                yield return new HostAptSource(archive, suite, entry.Components, keys, entry.DefinedIn)
                {
                    IgnoreValidUntil = entry.IgnoreValidUntil,
                    Architectures = entry.Architectures,
                };
            }
        }
    }

    /// <summary>An archive root with a slash at its end, or null for schemes that are none of ours (cdrom, mirror+file, tor+http).</summary>
    internal static Uri? Root(string text)
    {
        // `file:/srv/mirror` and `copy:/srv/mirror` as APT writes them; the URI parser wants the empty host.
        var local = text.StartsWith("copy:/", StringComparison.Ordinal) || text.StartsWith("file:/", StringComparison.Ordinal);
        text = local ? "file:///" + text["file:".Length..].TrimStart('/') : text;
        return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "file" ? uri : null;
    }

    private static TrustedKeys Keys(AptSourceEntry entry, string root)
    {
        if (entry.InlineKey is { } inline)
        {
            return new TrustedKeys([], [inline], []);
        }

        var files = entry.SignedBy.Where(name => name.StartsWith('/')).Select(name => Path.Combine(root, name.TrimStart('/'))).ToImmutableArray();
        var fingerprints = entry.SignedBy.Where(name => !name.StartsWith('/'))
            .Select(name => TrustedKeys.TryFingerprint(name, out var fingerprint) ? fingerprint : name).ToImmutableArray();
        return files.IsEmpty ? new TrustedKeys(DefaultKeyrings(root), [], fingerprints) : new TrustedKeys(files, [], fingerprints);
    }

    /// <summary>What APT takes for a source without Signed-By.</summary>
    private static ImmutableArray<string> DefaultKeyrings(string root) =>
    [
        .. new[] { Path.Combine(root, "etc/apt/trusted.gpg") }.Where(File.Exists),
        .. Parts(Path.Combine(root, "etc/apt/trusted.gpg.d")).Where(TrustedKeys.IsKeyFile),
    ];

    private static Dictionary<string, string> ReadOptions(string root)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var apt = Path.Combine(root, "etc/apt");
        var parts = Parts(Path.Combine(apt, "apt.conf.d")).Where(f => Path.GetFileName(f) is var name && (!name.Contains('.', StringComparison.Ordinal) || name.EndsWith(".conf", StringComparison.Ordinal)));
        foreach (var file in parts.Append(Path.Combine(apt, "apt.conf")))
        {
            if (TryRead(file, null, out var text))
            {
                AptConfText.ReadInto(options, System.Text.Encoding.UTF8.GetString(text));
            }
        }

        return options;
    }

    private static IEnumerable<string> Parts(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal) : [];

    private static bool TryRead(string file, ImmutableArray<string>.Builder? warnings, out byte[] content)
    {
        content = [];
        try
        {
            content = File.Exists(file) ? File.ReadAllBytes(file) : [];
            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            warnings?.Add($"`{file}` is left out: {unreadable.Message}");
            return false;
        }
    }
}
