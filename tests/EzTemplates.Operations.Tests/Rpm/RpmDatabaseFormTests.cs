using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Trees whose own rpm keeps its database elsewhere, or in another form than ez writes.</summary>
public sealed class RpmDatabaseFormTests : IDisposable
{
    private const string Folder = "/usr/lib/sysimage/rpm";

    /// <summary>As openSUSE's package does it, for whose rpm a database in SQLite is none.</summary>
    private const string Packages = """
        %package -n rpm
        Summary: s
        %description -n rpm
        d
        %post -n rpm
        cd /usr/lib/sysimage/rpm && test -f Packages.db || for f in Packages.db Index.db; do echo empty > $f; done
        %files -n rpm
        /usr/lib/rpm
        %dir /usr/lib/sysimage
        %dir /usr/lib/sysimage/rpm

        %package -n app
        Summary: s
        %description -n app
        d
        %files -n app
        """;

    private readonly RpmGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task One_in_ndb_is_warned_of_once_and_this_host_s_rpm_reads_what_is_there()
    {
        var files = Build("ndb");
        await _ground.Make("system", [files["base"], files["rpm"]]);
        var tree = _ground.TreeOf("system");
        Assert.NotNull(tree.Find(TreePath.Parse(Folder + "/rpmdb.sqlite")));
        Assert.All((string[])[Folder + "/Packages.db", Folder + "/Index.db", "/var/lib/rpm"], path => Assert.Null(tree.Find(TreePath.Parse(path))));
        var warning = Assert.Single(Warnings);
        Assert.Equal(
            "the rpm of `system` looks for its database in the form `ndb` (`%_db_backend` of its macros), and ez writes SQLite, `/usr/lib/sysimage/rpm/rpmdb.sqlite`: inside, it may find no package installed"
            + " (hint: this host's rpm reads an environment's: rpm --root \"$(ez env path ENV)\" --dbpath /usr/lib/sysimage/rpm -qa)", warning);

        await _ground.Make("web", [files["app"]], on: _ground.VersionOf("system"));
        Assert.Single(Warnings);
        _ground.Lay(_ground.TreeOf("web"), "view");
        var installed = ToolRun.Run("rpm", "--root", _ground.At("view"), "--dbpath", Folder, "-qa", "--qf", "%{NAME}\\n").Succeed().Lines;
        Assert.Equal(["app", "base", "rpm"], installed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_of_rpm_before_4_14_is_warned_of_and_one_in_SQLite_is_not()
    {
        var old = Build("");
        await _ground.Make("old", [old["base"], old["rpm"]]);
        Assert.Contains("in the form `bdb`", Assert.Single(Warnings), StringComparison.Ordinal);
        Assert.EndsWith($"(hint: this host's rpm reads an environment's: rpm --root \"$(ez env path ENV)\" --dbpath {Folder} -qa)", Assert.Single(Warnings), StringComparison.Ordinal);
        _ground.Told.Clear();
        var own = Build("sqlite");
        await _ground.Make("own", [own["base"], own["rpm"]]);
        Assert.Empty(Warnings);
        Assert.NotNull(_ground.TreeOf("own").Find(TreePath.Parse(Folder + "/rpmdb.sqlite")));
    }

    private List<string> Warnings => [.. _ground.Told.OfType<OperationEvent.Warning>().Select(warning => warning.Text)];

    private Dictionary<string, string> Build(string backend) => _ground.Build(
        $"{RpmGround.Base}\n{Packages}",
        $"mkdir -p usr/lib/rpm usr/lib/sysimage/rpm; echo '%%_dbpath %%{{_usr}}/lib/sysimage/rpm' > usr/lib/rpm/macros; {(backend == "" ? "" : $"echo '%%_db_backend {backend}' >> usr/lib/rpm/macros")}");
}
