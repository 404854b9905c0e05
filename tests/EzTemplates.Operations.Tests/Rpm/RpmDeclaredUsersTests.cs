using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>
/// Users that packages declare and no scriptlet makes. rpm 4.18 makes none of them, so that the expected trees are written down here; which rows
/// systemd-sysusers makes, other tests compare.
/// </summary>
public sealed class RpmDeclaredUsersTests : IDisposable
{
    public const string Install = "mkdir -p srv; for f in own prog share odd late; do echo $f > srv/$f; done";

    private readonly RpmGround _ground = new();

    public void Dispose() => _ground.Dispose();

    /// <summary>A server with a user, a group beside it, and a set-id file of each; what it finds when its scriptlets run is in /var/seen.</summary>
    public static string Declared => $"""
        %package -n server
        Summary: s
        Requires(pre): base
        Provides: user(server) = {Encode("u server - \"A server\" /srv")}
        Provides: group(server)
        Provides: group(share) = {Encode("g share 77")}
        Provides: groupmember(server/share) = {Encode("m server share")}
        %description -n server
        d
        %pre -n server
        id server >> /var/seen
        %post -n server
        stat -c '%U:%G %a' /srv/prog >> /var/seen
        %files -n server
        %dir %attr(0750,server,server) /srv
        %attr(0600,server,share) /srv/own
        %attr(4755,server,root) /srv/prog
        %attr(2755,root,share) /srv/share

        """;

    [Fact]
    public async Task They_are_made_before_any_scriptlet_and_have_the_numbers_of_the_table()
    {
        var files = _ground.Build($"{RpmSpec.Base}\n{Declared}", Install);
        await _ground.Make("system", files.Values);

        var tree = _ground.TreeOf("system");
        Assert.Equal(["/srv d 750 200 200", "/srv/own f 600 200 77", "/srv/prog f 4755 200 0", "/srv/share f 2755 0 77"], Shown(tree, "/srv"));
        Assert.Equal("uid=200(server) gid=200(server) groups=200(server),77(share)\nserver:root 4755\n", _ground.TextOf(tree, "/var/seen"));
        Assert.Equal("root:x:0:0:root:/root:/bin/sh\nserver:x:200:200:A server:/srv:/usr/sbin/nologin\n", _ground.TextOf(tree, "/etc/passwd"));
        Assert.Equal("root:x:0:\nshare:x:77:server\nserver:x:200:\n", _ground.TextOf(tree, "/etc/group"));
        Assert.Equal("server:!*:19675::::::\n", _ground.TextOf(tree, "/etc/shadow"));
        Assert.Equal(["/etc/gshadow f 0 0 0", "/etc/shadow f 0 0 0"], Shown(tree, "/etc").Where(line => line.Contains("shadow", StringComparison.Ordinal)));
        Assert.Equal(
            ["group server 200", "user server 200"],
            _ground.Work.Store.Versions.ReadLock(_ground.VersionOf("system").Reference).Ids.Select(row => row.ToString()));
        Assert.DoesNotContain(_ground.Told, told => told is OperationEvent.Warning);
    }

    [Fact]
    public async Task An_application_declares_some_on_its_system_and_knows_those_that_are_there()
    {
        const string Second = """
            %package -n second
            Summary: s
            Provides: user(second) = {0}
            Provides: user(server) = {1}
            %description -n second
            d
            %files -n second
            %attr(4755,second,server) /srv/late

            """;
        var second = string.Format(System.Globalization.CultureInfo.InvariantCulture, Second, Encode("u second -:share"), Encode("u server 5 \"Another\""));
        var files = _ground.Build($"{RpmSpec.Base}\n{Declared}\n{second}", Install);
        await _ground.Make("system", [files["base"], files["server"]]);
        await _ground.Make("app", [files["second"]], on: _ground.VersionOf("system"));

        var tree = _ground.TreeOf("app");
        Assert.Contains("/srv/late f 4755 201 200", Shown(tree, "/srv"));
        Assert.EndsWith("server:x:200:200:A server:/srv:/usr/sbin/nologin\nsecond:x:201:77::/:/usr/sbin/nologin\n", _ground.TextOf(tree, "/etc/passwd"), StringComparison.Ordinal);
    }

    /// <summary>What would be written there would take the place of a link, or lie below one.</summary>
    [Theory]
    [InlineData("etc/shadow", "ln -s ../srv/own etc/shadow", "symbolic link, not a file", "/etc/shadow")]
    [InlineData("etc/gshadow", "mkdir etc/gshadow", "folder, not a file", "/etc/gshadow")]
    public async Task Where_accounts_are_kept_that_is_no_file_is_refused_by_name(string place, string make, string what, string path)
    {
        var odd = $"%package -n odd-place\nSummary: s\n%description -n odd-place\nd\n%files -n odd-place\n/{place}\n";
        var files = _ground.Build($"{RpmSpec.Base}\n{Declared}\n{odd}", $"{Install}; {make}");
        var refused = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", files.Values));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Equal($"the users and groups that packages declare cannot be written to `{path}`: `{path}` of package `odd-place` is a {what}", refused.Message);
        Assert.StartsWith("`exclude: [odd-place]` in the recipe", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_owner_nobody_makes_is_told_by_name()
    {
        const string Odd = """
            %package -n odd-owners
            Summary: s
            Provides: user(someone) = {0}
            %description -n odd-owners
            d
            %files -n odd-owners
            %attr(6755,nobody-known,nobody-known) /srv/odd
            %attr(0644,root,nobody-known) /srv/late

            """;
        var files = _ground.Build($"{RpmSpec.Base}\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, Odd, Encode("u some:one -"))}", Install);
        await _ground.Make("system", files.Values);

        Assert.Contains("/srv/odd f 755 0 0", Shown(_ground.TreeOf("system"), "/srv"));
        Assert.Equal(
            [
                "package `odd-owners` declares a user or group by the line `u some:one -` of sysusers.d, which makes nobody",
                "the user and group `nobody-known` is made by no package: `/srv/late` of `odd-owners` and 1 more became root's, without set-id bits, as with rpm",
            ],
            _ground.Told.OfType<OperationEvent.Warning>().Select(warning => warning.Text));
    }

    private static List<string> Shown(Manifest tree, string folder) =>
    [
        .. tree.Entries.Where(entry => entry.Path.IsAtOrBelow(TreePath.Parse(folder)))
            .Select(entry => $"{entry.Path} {(char)entry.Type} {Convert.ToString(entry.Mode, 8)} {entry.Uid} {entry.Gid}"),
    ];

    /// <summary>As rpm's macro <c>add_sysuser</c> does, filled up with NULs.</summary>
    private static string Encode(string line) => Convert.ToBase64String(Encoding.ASCII.GetBytes(line.PadRight((line.Length + 2) / 3 * 3, '\0')));
}
