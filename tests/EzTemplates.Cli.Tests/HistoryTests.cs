namespace EzTemplates.Cli.Tests;

/// <summary>Who did what and when.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly string _recipe;

    public HistoryTests()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        _recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("build", _recipe);
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Each_change_is_told_once_and_what_failed_with_its_reason()
    {
        _ground.Ez.Succeed("env", "create", "web", "db", "--template", "small");
        Assert.Equal(2, _ground.Ez.Run("env", "remap", "web", "--to", "absent").ExitCode);
        _ground.Publish(1, Ground.Package("base", "2"));
        _ground.Ez.Succeed("update", _recipe);
        _ground.Ez.Succeed("upgrade", "--all", "--dry-run");
        _ground.Ez.Succeed("upgrade", "--all");
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(7, _ground.Ez.Run("env", "create", "web", "--template", "small").ExitCode);
        _ground.Ez.Succeed("env", "list");
        _ground.Ez.Succeed("env", "remove", "db");

        Assert.Equal(
            [
                $"build {_recipe} - - done",
                "create web - small@1.0.0 done",
                "env create db - small@1.0.0 done",
                "env remap web - - refused",
                $"update {_recipe} - - done",
                "upgrade web small@1.0.0 small@1.0.1 done",
                "upgrade db small@1.0.0 small@1.0.1 done",
                "rollback web small@1.0.1 small@1.0.0 done",
                "env create web - - refused",
                "env remove db small@1.0.1 - done",
            ],
            Rows().Select(row => row.Text));
        Assert.Equal(Rows().Select(row => row.At).Order(), Rows().Select(row => row.At));
        Assert.Equal(["create", "env remap", "upgrade", "rollback", "env create"], Rows("web").Select(row => row.Text[..row.Text.IndexOf(" web", StringComparison.Ordinal)]));
        Assert.Equal(3, Rows("db").Count);
        Assert.Equal(2, Rows("--last", "2").Count);

        var lines = _ground.Ez.Succeed("history", "web").Lines;
        Assert.Matches("^WHEN +WHO +ACTION +SUBJECT +FROM +TO +OUTCOME$", lines[0]);
        Assert.Matches("^20[^ ]+ [^ ]+Z  root +env remap +web +- +- +refused: this store has no template `absent`$", lines[2]);
        Ground.Fails(_ground.Ez.Run("history", "never"), 7, "ez: there is no environment `never`, and nothing is known of an earlier one\nhint: ez history shows all there is");
    }

    [Fact]
    public void What_cannot_be_written_down_is_no_failure_and_no_store_is_made_for_it()
    {
        File.Delete(Path.Combine(_ground.Ez.Store, "store/history"));
        Directory.CreateDirectory(Path.Combine(_ground.Ez.Store, "store/history"));
        _ground.Ez.Succeed("env", "create", "web", "--template", "small");

        var other = _ground.NewProgram("absent");
        Assert.Equal(2, other.Run("lock", "nothing").ExitCode);
        Assert.False(Directory.Exists(other.Store));
    }

    private List<(DateTimeOffset At, string Text)> Rows(params string[] arguments)
    {
        var json = _ground.Json(["history", .. arguments]);
        Assert.Equal("ez.history/1", json.GetProperty("schema").GetString());
        return [.. json.GetProperty("rows").EnumerateArray().Select(row => (
            row.GetProperty("at").GetDateTimeOffset(),
            string.Join(' ', ((string[])["action", "subject", "from", "to", "outcome"]).Select(name => row.GetProperty(name).GetString() ?? "-"))))];
    }
}
