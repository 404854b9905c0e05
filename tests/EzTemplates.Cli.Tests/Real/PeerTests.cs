using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Configured versions equal, path by path, what mmdebstrap makes of the same packages at the same time.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class PeerTests(RealGround ground)
{
    private const int MostAllowed = 40;
    private const string Common = "peer-differences.txt";

    // Diversions of programs of other packages, databases, users by the dozen, triggers of triggers, Java, Python, Emacs, TeX, SGML, fonts.
    private const string Awkward = """
        format: 1
        name: awkward
        kind: app
        version: "1.0"
        base: debian-12@[1.0,2.0)
        packages: [mariadb-server, apache2, php, slapd, postfix, samba, docker.io, default-jre-headless, default-jre, emacs-nox, libgtk-3-0, molly-guard, systemd,
          systemd-sysv, dbus, squid, bind9, dovecot-imapd, openssh-server, ssl-cert, man-db, dictionaries-common, wamerican, sgml-base, xml-core, tex-common,
          fontconfig, ca-certificates, cups, avahi-daemon, network-manager, lightdm, locales, tzdata, keyboard-configuration, snmpd, ntpsec, rsyslog, logrotate,
          cron, anacron, sudo, libpam-systemd, polkitd, nfs-common, rpcbind, vim, gcc, python3-pip, ruby, tomcat10]
        """;

    [Fact]
    public void The_list_of_allowed_differences_is_short_and_spares_programs_and_the_databases()
    {
        var allowed = PeerDifferences.Read(Common).Lines;
        Assert.InRange(allowed.Count, 1, MostAllowed);
        string[] spared = ["/usr/bin/", "/usr/sbin/", "/usr/lib/", "/var/lib/dpkg/status", "/var/lib/dpkg/info", "/var/lib/dpkg/alternatives", "/var/lib/dpkg/diversions", "/etc/passwd", "/etc/group"];
        Assert.DoesNotContain(allowed, line => spared.Any(path => line.Path == path || line.Path.StartsWith(path + "/", StringComparison.Ordinal)));
        Assert.All(allowed, line => Assert.True(line.Path.Count(c => c == '/') > 1 && line.Path.TrimEnd('*').Contains('/', StringComparison.Ordinal) && line.Why.Length > 5, line.Path));
    }

    [Fact]
    public void Debian_12_and_13_and_applications_together_equal_what_mmdebstrap_makes_of_their_packages()
    {
        RequirePeer();
        ground.Write("peer-ssh", "format: 1\nname: peer-ssh\nkind: app\nversion: \"1.0\"\nbase: debian-12@[1.0,2.0)\npackages: [openssh-server]\n");
        var allowed = PeerDifferences.Read(Common);
        var told = Compare("debian-12", "bookworm", [], allowed).Concat(Compare("debian-13", "trixie", [], allowed))
            .Concat(Compare("debian-12", "bookworm", ["nginx", "postgresql", "peer-ssh"], allowed)).ToList();
        Assert.True(told.Count == 0, string.Join('\n', told.Take(60)));
        Assert.Empty(allowed.Unused);
    }

    [Fact]
    public void Five_hundred_packages_with_awkward_scripts_differ_from_what_APT_makes_of_them_where_a_list_says_why()
    {
        RequirePeer();
        ground.Write("awkward", Awkward);
        var (common, own) = (PeerDifferences.Read(Common), PeerDifferences.Read("awkward-differences.txt"));
        var told = Compare("debian-12", "bookworm", ["awkward"], common, own).ToList();
        Assert.True(told.Count == 0, string.Join('\n', told.Take(60)));
        Assert.Empty(own.Unused);
        Assert.Equal(
            ["/etc/aliases.db", "/etc/ssl/certs/java/cacerts", "/var/lib/mysql/mysql"],
            ground.Exec("peer-debian-12-awkward", "sh", "-c", "dpkg --audit && dpkg -V && apt-get check -qq && slapcat >/dev/null && ls -d /etc/aliases.db /etc/ssl/certs/java/cacerts /var/lib/mysql/mysql").Succeed().Lines);
        Assert.InRange(ground.LayersOf("awkward").Sum(file => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("packages").GetArrayLength()), 300, int.MaxValue);
    }

    private static void RequirePeer()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        Requires.Tool("mmdebstrap");
    }

    private IEnumerable<string> Compare(string os, string suite, string[] apps, params PeerDifferences[] allowed)
    {
        foreach (var recipe in apps.Prepend(os))
        {
            ground.Up(recipe);
        }

        using var temp = new TempFolder();
        var environment = "peer-" + string.Join('-', apps.Prepend(os));
        ground.Ez.Succeed(["env", "create", environment, "--template", os, .. apps.SelectMany(app => (string[])["--with", app])]);
        var locks = apps.Prepend(os).Select(ground.LockOf).ToList();
        var (ours, theirs) = (ComparedTree.Read(ground.Mount(environment)), ComparedTree.Read(Peer(temp, suite, apps.Length == 0 ? "custom" : "essential", locks)));
        foreach (var (path, our, their) in ComparedTree.Differences(ours, theirs))
        {
            // Each list is to know which of its lines were met.
            if (!Array.ConvertAll(allowed, list => list.Allow(path)).Contains(true))
            {
                yield return $"{environment} {path}: {our}; mmdebstrap has {their}";
            }
        }
    }

    /// <summary>The machine's own sources for the suite, whose packages are asked for by version.</summary>
    /// <param name="variant">With <c>custom</c> all packages are extracted before any script runs; with <c>essential</c> only what is essential, and applications are installed as APT does.</param>
    private static string Peer(TempFolder temp, string suite, string variant, IReadOnlyList<string> lockFiles)
    {
        var locks = lockFiles.Select(file => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement).ToList();
        var packages = locks.SelectMany(held => held.GetProperty("packages").EnumerateArray()).Select(row => $"{row.GetProperty("name").GetString()}={row.GetProperty("version").GetString()}");
        var (archive, root) = (temp.At("peer.tar"), temp.MakeFolder("peer"));
        var sources = Directory.GetFiles("/etc/apt/sources.list.d", "*.sources")
            .Select(file => temp.WriteFile(Path.GetFileName(file), File.ReadAllText(file).Replace("bookworm", suite, StringComparison.Ordinal))).ToList();
        ToolRun.Run(new ToolCommand(
            "mmdebstrap",
            [
                $"--variant={variant}", .. suite == "bookworm" ? ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"] : (string[])[],
                "--include=" + string.Join(',', packages), suite, archive, .. sources,
            ])
        {
            Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = locks.Max(held => held.GetProperty("epoch").GetInt64()).ToString(CultureInfo.InvariantCulture) },
            Timeout = TimeSpan.FromMinutes(20),
        }).Succeed();
        ToolRun.Run("tar", "-xpf", archive, "-C", root, "--xattrs", "--xattrs-include=*", "--numeric-owner").Succeed();
        return root;
    }
}
