using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;
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
    public async Task One_in_ndb_is_written_and_goes_on_with_an_application()
    {
        var files = Build("ndb");
        await _ground.Make("system", [files["base"], files["rpm"]]);
        Assert.Equal(["base 1", "rpm 2"], PackagesOf(_ground.TreeOf("system")));

        await _ground.Make("web", [files["app"]], on: _ground.VersionOf("system"));
        Assert.Equal(["base 1", "rpm 2", "app 3"], PackagesOf(_ground.TreeOf("web")));
        Assert.Empty(Warnings);
    }

    /// <summary>As Debian 13 has it on this machine's mirror: Debian 12's has no ndb.</summary>
    [Fact]
    public async Task An_rpm_that_reads_ndb_finds_what_ez_has_written()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        var files = Build("ndb");
        await _ground.Make("system", [files["base"], files["rpm"], files["app"]]);
        _ground.Lay(_ground.TreeOf("system"), "view");
        var rpm = await NextLibrpm.FolderAsync(_ground.At("next"));
        ToolRun Ask(params string[] arguments) => NextLibrpm.Rpm(rpm, ["--root", _ground.At("view"), "--dbpath", Folder, "--define", "_db_backend ndb", .. arguments]);

        Assert.Equal(["app-1-1.x86_64", "base-1-1.x86_64", "rpm-1-1.x86_64"], Ask("-qa").Succeed().Lines.Order(StringComparer.Ordinal));
        Assert.Equal(["base"], Ask("-qf", "--qf", "%{NAME}\\n", "/usr/bin/busybox").Succeed().Lines);
        Assert.Equal(["app-1-1.x86_64"], Ask("-q", "--whatprovides", "app").Succeed().Lines);
        Assert.Empty(Ask("-Va").Succeed().Output);

        // It goes on with it: what it erases is gone for ez too.
        Ask("-e", "--noscripts", "app").Succeed();
        Assert.Equal(["base 1", "rpm 2"], PackagesIn(await File.ReadAllBytesAsync(_ground.At("view" + Folder + "/Packages.db"), TestContext.Current.CancellationToken)));
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

    private IEnumerable<string> PackagesOf(Manifest tree)
    {
        Assert.All((string[])[Folder + "/rpmdb.sqlite", Folder + "/Index.db", "/var/lib/rpm"], path => Assert.Null(tree.Find(TreePath.Parse(path))));
        return PackagesIn(_ground.Work.Store.Objects.Read(tree.Find(TreePath.Parse(Folder + "/Packages.db"))!.Content!.Value));
    }

    private static IEnumerable<string> PackagesIn(byte[] database) => RpmDatabaseFile.Read(database).Select(row => $"{InstalledHeader.Read(row.Header).Text(RpmField.PackageName)} {row.Number}");

    private List<string> Warnings => [.. _ground.Told.OfType<OperationEvent.Warning>().Select(warning => warning.Text)];

    private Dictionary<string, string> Build(string backend) => _ground.Build(
        $"{RpmGround.Base}\n{Packages}",
        $"mkdir -p usr/lib/rpm usr/lib/sysimage/rpm; echo '%%_dbpath %%{{_usr}}/lib/sysimage/rpm' > usr/lib/rpm/macros; {(backend == "" ? "" : $"echo '%%_db_backend {backend}' >> usr/lib/rpm/macros")}");
}
