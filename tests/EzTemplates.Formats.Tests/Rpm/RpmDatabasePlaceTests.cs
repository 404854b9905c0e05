using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Formats.Tests;

public sealed class RpmDatabasePlaceTests
{
    private const string Rpms = "/usr/lib/rpm/macros";

    [Theory]
    [InlineData("%_dbpath\t\t%{_var}/lib/rpm\n%_db_backend\t      sqlite\n", "/var/lib/rpm", "sqlite")]
    [InlineData("%_dbpath\t\t%{_usr}/lib/sysimage/rpm\n%_db_backend\t      sqlite\n", "/usr/lib/sysimage/rpm", "sqlite")]
    [InlineData("%_dbpath\t\t%{_usr}/lib/sysimage/rpm\n%_db_backend\t      ndb\n", "/usr/lib/sysimage/rpm", "ndb")]
    [InlineData("%_dbpath %{_var}/lib/rpm\n%_db_backend bdb\n", "/var/lib/rpm", "bdb")]
    [InlineData("%_dbpath %{_var}/lib/rpm\n", "/var/lib/rpm", "bdb")]
    [InlineData("#%_dbpath /nowhere\n%_dbpath %(bash -c 'echo ~/.rpmdb')\n%_db_backend sqlite\n", "/var/lib/rpm", "sqlite")]
    public void Each_distribution_s_rpm_says_where_and_how(string macros, string folder, string form) =>
        Assert.Equal(new RpmDatabasePlace(TreePath.Parse(folder), form), Of((Rpms, macros)));

    [Fact]
    public void A_tree_without_rpm_has_it_in_the_usual_place() =>
        Assert.Equal(new RpmDatabasePlace(TreePath.Parse("/var/lib/rpm"), "sqlite"), Of(("/etc/rpm/macros.ez-paths", "%_excludedocs 1\n")));

    [Theory]
    [InlineData("/usr/lib/rpm/macros", "/usr/lib/rpm/macros.d/macros.zypp")]
    [InlineData("/usr/lib/rpm/macros.d/macros.zypp", "/usr/lib/rpm/redhat/macros")]
    [InlineData("/usr/lib/rpm/suse/macros", "/etc/rpm/macros.own")]
    [InlineData("/etc/rpm/macros.own", "/etc/rpm/macros")]
    public void Of_two_files_rpm_s_order_says_which_counts(string first, string second)
    {
        Assert.True(RpmDatabasePlace.IsMacros(TreePath.Parse(first)) && RpmDatabasePlace.IsMacros(TreePath.Parse(second)));
        Assert.Equal("/second", Of((second, "%_dbpath /second\n"), (first, "%_dbpath /first\n")).Folder.ToString());
    }

    [Theory]
    [InlineData("/usr/lib/rpm/platform/x86_64-linux/macros")]
    [InlineData("/usr/lib/rpm/macros.d/plain")]
    [InlineData("/etc/rpm/platform")]
    [InlineData("/macros")]
    public void Other_files_do_not(string path) => Assert.False(RpmDatabasePlace.IsMacros(TreePath.Parse(path)));

    private static RpmDatabasePlace Of(params (string Path, string Text)[] macros) => RpmDatabasePlace.Of(macros.Select(file => (TreePath.Parse(file.Path), file.Text)));
}
