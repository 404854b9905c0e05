using EzTemplates.Domain.Configuring;
using Xunit;

namespace EzTemplates.Domain.Tests.Configuring;

/// <summary>What scripts make and no version has.</summary>
public sealed class LeftOutTests
{
    [Theory]
    [InlineData("/var/log/dpkg.log", true)]
    [InlineData("/var/log/apt/term.log", true)]
    [InlineData("/var/log/btmp", false)]
    [InlineData("/usr/share/a.log", false)]
    [InlineData("/var/lib/dpkg/status-old", true)]
    [InlineData("/var/cache/debconf/config.dat-old", true)]
    [InlineData("/usr/lib/x-old", false)]
    [InlineData("/var/cache/ldconfig/aux-cache", true)]
    [InlineData("/run/lock", true)]
    [InlineData("/run", false)]
    [InlineData("/runner", false)]
    [InlineData("/tmp/x/y", true)]
    [InlineData("/var/tmp", false)]
    public void Volatile_paths(string path, bool isVolatile) => Assert.Equal(isVolatile, VolatilePaths.Contains(TreePath.Parse(path)));

    [Theory]
    [InlineData("/etc/machine-id", InstanceFate.Emptied)]
    [InlineData("/etc/ssh/ssh_host_ed25519_key", InstanceFate.LeftOut)]
    [InlineData("/etc/ssh/ssh_host_ed25519_key.pub", InstanceFate.LeftOut)]
    [InlineData("/etc/ssh/ssh_host_x", null)]
    [InlineData("/etc/ssh/sshd_config", null)]
    [InlineData("/etc/bind/rndc.key", InstanceFate.LeftOut)]
    [InlineData("/var/lib/postgresql/15/main", InstanceFate.LeftOut)]
    [InlineData("/var/lib/postgresql/15/main/base/1", InstanceFate.LeftOut)]
    [InlineData("/var/lib/postgresql/15", null)]
    [InlineData("/etc/ssl/private/ssl-cert-snakeoil.key", InstanceFate.LeftOut)]
    [InlineData("/etc/aliases.db", InstanceFate.LeftOut)]
    [InlineData("/etc/ssl/certs/java/cacerts", InstanceFate.LeftOut)]
    [InlineData("/etc/ldap/slapd.d/cn=config/cn=schema.ldif", InstanceFate.LeftOut)]
    [InlineData("/etc/ldap/slapd.d", null)]
    [InlineData("/var/lib/ldap/data.mdb", InstanceFate.LeftOut)]
    [InlineData("/var/lib/mysql/mysql/user.frm", InstanceFate.LeftOut)]
    [InlineData("/var/lib/mysql", null)]
    public void Instance_data(string path, InstanceFate? fate) =>
        Assert.Equal(fate, InstanceData.FateOf(new ManifestEntry { Path = TreePath.Parse(path), Type = EntryType.File, Mode = 0, Uid = 0, Gid = 0, Mtime = default }, []));

    [Fact]
    public void The_hashed_name_of_the_snakeoil_certificate_goes_with_it()
    {
        var link = new ManifestEntry { Path = TreePath.Parse("/etc/ssl/certs/2ae6433e.0"), Type = EntryType.Symlink, Target = "ssl-cert-snakeoil.pem", Mode = 0, Uid = 0, Gid = 0, Mtime = default };
        Assert.Equal(InstanceFate.LeftOut, InstanceData.FateOf(link, []));
        Assert.Null(InstanceData.FateOf(link with { Target = "other.pem" }, []));
    }

    /// <summary>Fedora has /usr/sbin as a link to bin, and sshd there.</summary>
    [Fact]
    public void A_program_that_needs_data_of_its_own_is_found_where_a_link_on_the_way_leads()
    {
        ManifestEntry Entry(string path, EntryType type, string target = "") => new() { Path = TreePath.Parse(path), Type = type, Target = target, Mode = 0, Uid = 0, Gid = 0, Mtime = default };
        var tree = new Manifest(
        [
            Entry("/", EntryType.Directory), Entry("/usr", EntryType.Directory), Entry("/usr/bin", EntryType.Directory), Entry("/usr/bin/sshd", EntryType.File),
            Entry("/usr/sbin", EntryType.Symlink, "bin"),
        ]);
        Assert.Equal("ssh-keygen -A", Assert.Single(InstanceData.CommandsFor(TreeLook.Of(tree), [])).Command);
    }

    [Theory]
    [InlineData("/etc/app/*_key*", "/etc/app/host_key.pem", true)]
    [InlineData("/etc/app/*_key*", "/etc/app/host_ky", false)]
    [InlineData("/etc/*/a*b*c", "/etc/x/aabbcc", true)]
    [InlineData("/etc/*/a*b*c", "/etc/x/ac", false)]
    [InlineData("/etc/a*a", "/etc/a", false)]
    public void A_recipe_s_pattern_may_have_several_stars(string pattern, string path, bool isLeftOut) => Assert.Equal(
        isLeftOut,
        InstanceData.FateOf(
            new ManifestEntry { Path = TreePath.Parse(path), Type = EntryType.File, Mode = 0, Uid = 0, Gid = 0, Mtime = default },
            [new InstancePath(pattern, InstanceFate.LeftOut, "")]) is not null);
}
