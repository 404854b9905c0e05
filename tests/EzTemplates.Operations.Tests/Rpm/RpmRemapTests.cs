using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Environments whose own rpm has installed something, on their way to a new version and back.</summary>
public sealed class RpmRemapTests : IDisposable
{
    private const string Place = "var/lib/rpm";

    private readonly RpmGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task Own_packages_stand_over_a_remap_and_a_roll_back()
    {
        await MakeVersions();
        InstallOwn(_ground.Build(Package("own", "1"))["own"]);

        var moved = RemapEnvironments.Remap(_ground.Work, ["web"], "system@1.0.1", wait: false);
        Assert.Empty(moved.Failures);
        Assert.Equal(["app-2-1", "base-1-1", "more-1-1", "own-1-1"], Installed());

        Assert.Empty(RemapEnvironments.RollBack(_ground.Work, ["web"], null, wait: false).Failures);
        Assert.Equal(["app-1-1", "base-1-1", "own-1-1"], Installed());
    }

    [Fact]
    public async Task A_package_that_both_sides_changed_is_refused_by_name()
    {
        await MakeVersions();
        InstallOwn(_ground.Build(Package("app", "3"))["app"]);
        var before = Installed();

        var failure = Assert.Throws<EzException>(() => RemapEnvironments.Remap(_ground.Work, ["web"], "system@1.0.1", wait: false));
        Assert.Contains("package `app`: the environment has `app-3-1.x86_64`, the new version `app-2-1.x86_64`", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Installed());
    }

    [Fact]
    public async Task A_log_that_is_not_written_back_is_told()
    {
        await MakeVersions();
        InstallOwn(_ground.Build(Package("own", "1"))["own"]);
        File.WriteAllText(Path.Combine(Private, Place, "rpmdb.sqlite-wal"), "what a killed rpm has left");

        var failure = Assert.Throws<EzException>(() => RemapEnvironments.Remap(_ground.Work, ["web"], "system@1.0.1", wait: false));
        Assert.Contains("`/var/lib/rpm/rpmdb.sqlite`: rpmdb.sqlite-wal holds changes", failure.Message, StringComparison.Ordinal);
    }

    private async Task MakeVersions()
    {
        var first = _ground.Build($"{RpmGround.Base}\n{Package("app", "1")}");
        var second = _ground.Build($"{Package("app", "2")}\n{Package("more", "1")}");
        await _ground.Make("system", first.Values);
        await _ground.Make("system", [first["base"], .. second.Values], number: 1);
        CreateEnvironments.Run(_ground.Work, ["web"], "system@1.0.0", [], TestContext.Current.CancellationToken);
    }

    private static string Package(string name, string version) => $"""
        %package -n {name}
        Summary: s
        Version: {version}
        %description -n {name}
        d
        %files -n {name}

        """;

    /// <summary>As rpm inside would: by the environment's own copy of the database.</summary>
    private void InstallOwn(string file)
    {
        _ground.Lay(_ground.TreeOf("system"), "copy");
        _ground.Rpm("copy", ["-U", "--nodeps", "--nosignature", file]).Succeed();
        var folder = Directory.CreateDirectory(Path.Combine(Private, Place)).FullName;
        File.Copy(Path.Combine(_ground.At("copy"), Place, RpmDatabaseFile.Name), Path.Combine(folder, RpmDatabaseFile.Name));
    }

    private string Private => Path.Combine(_ground.At("ez"), "environments", "web", "private");

    /// <summary>By the database that the environment has.</summary>
    private IEnumerable<string> Installed()
    {
        var root = Directory.CreateTempSubdirectory("ez-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, Place));
            File.Copy(Path.Combine(Private, Place, RpmDatabaseFile.Name), Path.Combine(root, Place, RpmDatabaseFile.Name));
            return [.. EzTemplates.Testing.ToolRun.Run("rpm", "--root", root, "--dbpath", "/" + Place, "-qa", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}\\n").Succeed().Lines.Order(StringComparer.Ordinal)];
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
