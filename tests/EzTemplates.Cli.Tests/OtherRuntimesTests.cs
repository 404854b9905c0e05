using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What <c>ez env show --as</c> prints, put where its comments say, runs a command in the environment.</summary>
public sealed class OtherRuntimesTests : IDisposable
{
    private const string Script = "cat /own /etc/notes; exit 6";
    private readonly Ground _ground = new();
    private readonly MountWatch _watch;

    /// <summary>schroot keeps its chroots in one folder of the host, so no other may have the name.</summary>
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"ez-test_{Environment.ProcessId}");

    public OtherRuntimesTests()
    {
        _watch = MountWatch.Start(_ground.Temp.Root);
        _ground.Publish(0, HostPrograms.Package());
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "programs"), "--name", _name);
        _ground.Ez.Succeed("env", "exec", _name, "--", "sh", "-c", "echo its own > /own");
        _ground.Ez.Succeed("env", "umount", _name);
    }

    public void Dispose()
    {
        _ground.Ez.Succeed("env", "remove", _name);
        _watch.AssertNothingLeft();
        _ground.Dispose();
    }

    [Fact]
    public void Nspawn_runs_what_is_printed()
    {
        Requires.Tool("systemd-nspawn");
        AssertRan(ToolRun.Run("sh", _ground.Temp.WriteFile("nspawn.sh", Printed("nspawn")), "sh", "-c", Script));
    }

    [Fact]
    public void Podman_runs_what_is_printed()
    {
        Requires.Tool("podman");
        var runtime = ToolRun.Locate("runc") is null ? "" : "runtime = \"runc\"\n";

        // Its default limits are higher than a machine may allow, and its storage is not this test's to fill.
        var settings = _ground.Temp.WriteFile("containers.conf", $"[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\n{runtime}");
        var storage = _ground.Temp.WriteFile("storage.conf", $"[storage]\ndriver = \"vfs\"\nrunroot = \"{_ground.Temp.At("podman-run")}\"\ngraphroot = \"{_ground.Temp.At("podman-graph")}\"\n");
        AssertRan(ToolRun.Run(new ToolCommand("sh", _ground.Temp.WriteFile("podman.sh", Printed("podman")), "sh", "-c", Script)
        {
            Environment = new Dictionary<string, string?> { ["CONTAINERS_CONF"] = settings, ["CONTAINERS_STORAGE_CONF"] = storage },
        }));
    }

    [Fact]
    public void Lxc_runs_what_is_printed()
    {
        Requires.Tool("lxc-execute");
        _ground.Temp.MakeFolder("lxc", _name);
        _ground.Temp.WriteFile($"lxc/{_name}/config", Printed("lxc"));
        AssertRan(ToolRun.Run("lxc-execute", "-n", _name, "-P", _ground.Temp.At("lxc"), "--", "/bin/sh", "-c", Script));
    }

    [Fact]
    public void Schroot_runs_what_is_printed()
    {
        Requires.Tool("schroot");
        var text = Printed("schroot");
        var file = $"/etc/schroot/chroot.d/{_name}.conf";
        File.WriteAllText(file, text);
        try
        {
            var before = text.Split('\n').Single(line => line.EndsWith($" env mount {_name}", StringComparison.Ordinal)).TrimStart('#', ' ');
            ToolRun.Run("sh", "-c", before).Succeed();
            AssertRan(ToolRun.Run("schroot", "-c", _name, "-d", "/", "--", "sh", "-c", Script));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void What_is_printed_is_also_a_json_report_and_an_unknown_runtime_is_refused()
    {
        var report = _ground.Json("env", "show", _name, "--as", "lxc");
        Assert.Equal(("ez.runtime/1", Printed("lxc")), (report.GetProperty("schema").GetString(), report.GetProperty("text").GetString()));
        Ground.Fails(_ground.Ez.Run("env", "show", _name, "--as", "docker"), 2, "ez: `docker` is no runtime that ez knows\nhint: --as nspawn, lxc, podman, schroot");
        Assert.Equal(7, _ground.Ez.Run("env", "show", "no-such", "--as", "lxc").ExitCode);
    }

    private string Printed(string runtime) => _ground.Ez.Succeed("env", "show", _name, "--as", runtime).Output;

    private static void AssertRan(ToolRun run)
    {
        Assert.True(run.Output == "its own\nnot a program\n" && run.ExitCode == 6, $"{run.ExitCode}: {run.Output}{run.Error}");
    }
}
