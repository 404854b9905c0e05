using System.Collections.Immutable;

namespace EzTemplates.Domain.Configuring;

/// <summary>What every system must make for itself, and two must never share.</summary>
/// <param name="Pattern">A path; <c>*</c> stands for anything but a slash.</param>
/// <param name="Made">The command that makes it, in an environment.</param>
public sealed record InstancePath(string Pattern, InstanceFate Fate, string Made);

public enum InstanceFate
{
    /// <summary>It is in no template, with all that lies below it.</summary>
    LeftOut,

    /// <summary>An empty file stands for it.</summary>
    Emptied,
}

/// <summary>
/// The table of instance data: secrets and identities that maintainer scripts make at random. A template that had them would give every
/// environment the same ones, and would be another at every build.
/// </summary>
public static class InstanceData
{
    public static ImmutableArray<InstancePath> Table { get; } =
    [
        // machine-id(5): an empty file is what an image has.
        new("/etc/machine-id", InstanceFate.Emptied, "ez makes it when an environment is created"),
        new("/var/lib/dbus/machine-id", InstanceFate.LeftOut, "dbus-uuidgen --ensure"),
        new("/var/lib/systemd/random-seed", InstanceFate.LeftOut, "systemd makes it at boot"),
        new("/var/lib/systemd/credential.secret", InstanceFate.LeftOut, "systemd-creds setup"),
        new("/var/lib/urandom/random-seed", InstanceFate.LeftOut, "the init script makes it at boot"),
        new("/etc/ssh/ssh_host_*_key", InstanceFate.LeftOut, "ssh-keygen -A"),
        new("/etc/ssh/ssh_host_*_key.pub", InstanceFate.LeftOut, "ssh-keygen -A"),
        new("/etc/ssl/certs/ssl-cert-snakeoil.pem", InstanceFate.LeftOut, "make-ssl-cert generate-default-snakeoil"),
        new("/etc/ssl/private/ssl-cert-snakeoil.key", InstanceFate.LeftOut, "make-ssl-cert generate-default-snakeoil"),
        new("/etc/bind/rndc.key", InstanceFate.LeftOut, "rndc-confgen -a"),
        new("/etc/postgresql/*/*", InstanceFate.LeftOut, "pg_createcluster VERSION main"),
        new("/var/lib/postgresql/*/*", InstanceFate.LeftOut, "pg_createcluster VERSION main"),
    ];

    // openssl-rehash(1) names a certificate by a hash of its subject, which in this one is the host's name: only the link tells.
    private const string CertificateLink = "ssl-cert-snakeoil.pem";
    private const string Certificates = "/etc/ssl/certs";

    /// <summary>What becomes of a path that scripts have made; null: it stays.</summary>
    public static InstanceFate? FateOf(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry is { Type: EntryType.Symlink, Target: CertificateLink } && entry.Path.Parent.Latin1 == Certificates)
        {
            return InstanceFate.LeftOut;
        }

        foreach (var (pattern, fate, _) in Table)
        {
            if (Matches(entry.Path.Latin1, pattern) && (fate == InstanceFate.LeftOut || entry.Type == EntryType.File))
            {
                return fate;
            }
        }

        return null;
    }

    /// <summary>Whether the path is one of the pattern's, or lies below one.</summary>
    private static bool Matches(string path, string pattern)
    {
        var (names, wanted) = (path.Split('/'), pattern.Split('/'));
        return names.Length >= wanted.Length && wanted.Zip(names).All(pair => MatchesName(pair.Second, pair.First));
    }

    /// <summary>The row of the table that speaks of a path, whatever is there; null: none does.</summary>
    public static InstancePath? RowOf(TreePath path) => Table.FirstOrDefault(row => Matches(path.Latin1, row.Pattern));

    private static bool MatchesName(string name, string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? name == pattern
            : name.Length >= pattern.Length - 1
                && name.StartsWith(pattern[..star], StringComparison.Ordinal) && name.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }
}
