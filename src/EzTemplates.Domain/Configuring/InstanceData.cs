using System.Collections.Immutable;

namespace EzTemplates.Domain.Configuring;

/// <summary>What every system must make for itself, and two must never share.</summary>
/// <param name="Pattern">A path; <c>*</c> stands for anything but a slash.</param>
/// <param name="Made">Who or what makes it, for people.</param>
/// <param name="Command">The shell command that makes it in an environment, as root; null: nobody has to.</param>
public sealed record InstancePath(string Pattern, InstanceFate Fate, string Made, string? Command = null)
{
    /// <summary>The program without which the command has nothing to make; null: it is always run.</summary>
    public TreePath? Needs { get; init; }

    public static InstancePath ByCommand(string pattern, string command, string? needs = null) =>
        new(pattern, InstanceFate.LeftOut, command, command) { Needs = needs is null ? null : TreePath.Parse(needs) };
}

/// <summary>A shell command that makes an environment's own data, as root.</summary>
/// <param name="Patterns">Of what it makes, as <see cref="InstancePath.Pattern"/>.</param>
public sealed record FirstCommand(string Command, ImmutableArray<string> Patterns);

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
    private const string Snakeoil = "make-ssl-cert generate-default-snakeoil";
    private const string MakeSsl = "/usr/sbin/make-ssl-cert";

    // openssl-rehash(1) names a certificate by a hash of its subject, which in this one is the host's name: only the link tells.
    private const string CertificateLink = "ssl-cert-snakeoil.pem";
    private const string Certificates = "/etc/ssl/certs";

    // postgresql-common(7): one cluster, `main`, for each version whose server is there and that has none.
    private const string Cluster = "pg_createcluster VERSION main";
    private static readonly TreePath PostgresServers = TreePath.Parse("/usr/lib/postgresql");

    // As bind9's postinst makes it.
    private const string RndcKey = "rndc-confgen -a && chown bind:bind /etc/bind/rndc.key && chmod 640 /etc/bind/rndc.key";

    // What their packages' own postinsts run for a new system. A database has a log and identifiers, a hash file its inode's number, a Java
    // key store the time of each entry: none of them is twice the same.
    private const string MariaDb = "test -e /var/lib/mysql/mysql || mariadb-install-db --rpm --cross-bootstrap --user=mysql --disable-log-bin --skip-test-db";
    private const string Aliases = "test -e /etc/aliases.db || newaliases";
    private const string JavaPostinst = "/var/lib/dpkg/info/ca-certificates-java.postinst";
    private const string JavaKeys = "test -e /etc/ssl/certs/java/cacerts || " + JavaPostinst + " triggered update-ca-certificates-java-fresh";

    // It would stop and start the server, of which there is none where nothing runs yet.
    private const string Ldap = "test -e /etc/ldap/slapd.d/cn=config || { idle=$(mktemp -d) && ln -s /bin/true $idle/invoke-rc.d"
        + " && PATH=$idle:$PATH dpkg-reconfigure --frontend=noninteractive slapd; status=$?; rm -r $idle; exit $status; }";

    private static readonly TreePath Systemd = TreePath.Parse("/usr/lib/systemd/systemd");

    /// <summary>In the order in which the commands are to run: a cluster uses the certificate.</summary>
    public static ImmutableArray<InstancePath> Table { get; } =
    [
        // machine-id(5): an empty file is what an image has.
        new("/etc/machine-id", InstanceFate.Emptied, "ez, when an environment is created"),
        InstancePath.ByCommand("/var/lib/dbus/machine-id", "dbus-uuidgen --ensure", "/usr/bin/dbus-uuidgen"),
        new("/var/lib/systemd/random-seed", InstanceFate.LeftOut, "ez, when an environment is created") { Needs = Systemd },
        new("/var/lib/systemd/credential.secret", InstanceFate.LeftOut, "systemd-creds, when it is first needed"),
        new("/var/lib/urandom/random-seed", InstanceFate.LeftOut, "the init script, at boot"),
        InstancePath.ByCommand("/etc/ssh/ssh_host_*_key", "ssh-keygen -A", "/usr/sbin/sshd"),
        InstancePath.ByCommand("/etc/ssh/ssh_host_*_key.pub", "ssh-keygen -A", "/usr/sbin/sshd"),
        InstancePath.ByCommand("/etc/ssl/certs/ssl-cert-snakeoil.pem", Snakeoil, MakeSsl),
        InstancePath.ByCommand("/etc/ssl/private/ssl-cert-snakeoil.key", Snakeoil, MakeSsl),
        InstancePath.ByCommand("/etc/bind/rndc.key", RndcKey, "/usr/sbin/rndc-confgen"),
        InstancePath.ByCommand("/etc/aliases.db", Aliases, "/usr/sbin/postalias"),
        InstancePath.ByCommand("/etc/ssl/certs/java/cacerts", JavaKeys, JavaPostinst),
        InstancePath.ByCommand("/etc/ldap/slapd.d/*", Ldap, "/usr/sbin/slapd"),
        InstancePath.ByCommand("/var/lib/ldap/*", Ldap, "/usr/sbin/slapd"),
        InstancePath.ByCommand("/var/lib/mysql/*", MariaDb, "/usr/bin/mariadb-install-db"),
        InstancePath.ByCommand("/etc/postgresql/*/*", Cluster, "/usr/bin/pg_createcluster"),
        InstancePath.ByCommand("/var/lib/postgresql/*/*", Cluster, "/usr/bin/pg_createcluster"),
    ];

    /// <summary>A seed that systemd-random-seed(8) takes over, and replaces, at each boot.</summary>
    public static TreePath RandomSeed { get; } = TreePath.Parse("/var/lib/systemd/random-seed");

    /// <summary>Whether an environment on a tree is to have a random seed.</summary>
    public static bool WantsRandomSeed(TreeLook tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return tree.Has(Systemd) && tree.Has(RandomSeed.Parent);
    }

    /// <summary>The commands that make an environment's own data, in their order, each once with all that it makes.</summary>
    /// <param name="more">The recipes' own.</param>
    public static ImmutableArray<FirstCommand> CommandsFor(TreeLook tree, IEnumerable<InstancePath> more)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var commands = Table.Concat(more).Where(data => data.Command is not null && (data.Needs is not { } needed || tree.Has(needed)))
            .SelectMany(data => data.Command == Cluster ? Clusters(tree, data.Pattern) : [new FirstCommand(data.Command!, [data.Pattern])]);
        return [.. commands.GroupBy(command => command.Command, StringComparer.Ordinal).Select(same => new FirstCommand(same.Key, [.. same.SelectMany(command => command.Patterns).Distinct()]))];
    }

    /// <summary>A command each, so that a version that comes later has its own.</summary>
    private static IEnumerable<FirstCommand> Clusters(TreeLook tree, string pattern) => tree.NamesIn(PostgresServers)
        .Where(version => version.All(c => char.IsAsciiDigit(c) || c == '.') && tree.Has(PostgresServers.Append(version).Append("bin").Append("initdb")))
        .Order(StringComparer.Ordinal)
        .Select(version => new FirstCommand($"test -e /etc/postgresql/{version}/main || pg_createcluster {version} main", [pattern.Replace("/*/*", $"/{version}/main", StringComparison.Ordinal)]));

    /// <summary>What becomes of a path that scripts have made; null: it stays.</summary>
    /// <param name="more">The recipes' own.</param>
    public static InstanceFate? FateOf(ManifestEntry entry, IEnumerable<InstancePath> more)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry is { Type: EntryType.Symlink, Target: CertificateLink } && entry.Path.Parent.Latin1 == Certificates)
        {
            return InstanceFate.LeftOut;
        }

        foreach (var (pattern, fate, _, _) in Table.Concat(more))
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

    /// <summary>The row that speaks of a path, whatever is there; null: none does.</summary>
    /// <param name="more">The recipes' own.</param>
    public static InstancePath? RowOf(TreePath path, IEnumerable<InstancePath> more) => Table.Concat(more).FirstOrDefault(row => Matches(path.Latin1, row.Pattern));

    /// <summary>Whether a name in a path is what stands in its place in a pattern.</summary>
    public static bool MatchesName(string name, string pattern)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pattern);
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return name == pattern;
        }

        if (!name.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            at = name.IndexOf(part, at, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            at += part.Length;
        }

        return name.Length - at >= parts[^1].Length && name.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
