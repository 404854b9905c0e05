namespace EzTemplates.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Each_setting_is_told_with_where_it_comes_from()
    {
        var host = _ground.Temp.At("host");
        var file = _ground.Temp.WriteFile("host/etc/ez/config.yaml", "mirrors: {debian: [\"https://deb.example.org/debian\"]}\nscripts: {time: 45min, disk: 4GB, processes: 512}\n");
        Assert.Equal(
            [("store", _ground.Ez.Store, "EZ_STORE"), ("host root", host, "EZ_HOST_ROOT"), ("configuration", file, "read"), ("mirrors.debian", "https://deb.example.org/debian", file), ("archives.quota", "10000000000", "default"), ("scripts.time", "2700s", file), ("scripts.disk", "4000000000", file), ("scripts.processes", "512", file)],
            Rows().Where(row => row.Setting is not ("view form" or "view layer" or "scripts.memory")));
        Assert.Equal(("store", "/elsewhere", "--store"), Rows("--store", "/elsewhere")[0]);
        Assert.False(Directory.Exists("/elsewhere"));
        _ground.Ez.Environment["EZ_STORE"] = null;
        Assert.Equal(("store", "/var/lib/ez", "default"), Rows()[0]);

        File.WriteAllText(file, "mirors: {}\n");
        Ground.Fails(_ground.Ez.Run("config", "show"), 2, $"ez: `{file}`, line 1, column 1: unknown key `mirors` in the configuration\nhint: did you mean `mirrors`?");
    }

    private List<(string? Setting, string? Value, string? From)> Rows(params string[] arguments) =>
    [
        .. _ground.Json(["config", "show", .. arguments]).GetProperty("settings").EnumerateArray()
            .Select(row => (row.GetProperty("setting").GetString(), row.GetProperty("value").GetString(), row.GetProperty("from").GetString())),
    ];
}
