using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Two new packages with one path, of which the one diverts the other's file (as molly-guard does systemd's): dpkg takes both, in any order.</summary>
public sealed class DivertingTests : IDisposable
{
    private const string Divert = "dpkg-divert --package guard --rename --divert /usr/share/guard/tool --add /usr/share/tool";

    private static readonly GeneratedPackage Tool = new GeneratedPackage("zz-tool", "1") { Depends = "system", Compressor = "none" }.File("/usr/share/tool", "real\n", 0b111_101_101).Link("/usr/share/again", "tool");

    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData("system, guard, zz-tool", "")]
    [InlineData("system", "guard, zz-tool")]
    public void The_other_s_file_goes_where_the_preinst_diverts_it_to(string os, string app)
    {
        Publish(Divert);
        var recipe = _ground.Recipes.Os("box", os, "configure: sandbox");
        _ground.Ez.Succeed("up", app.Length == 0 ? recipe : _ground.Recipes.App("more", "box", app), "--name", "web");
        Assert.Equal("guard's\nreal\n755\nguard's\n", Sh("cat /usr/share/tool /usr/share/guard/tool; stat -c %a /usr/share/guard/tool; cat /usr/share/again"));
        Assert.Equal("", Sh("dpkg --audit; dpkg -V"));
        Assert.Equal("diversion by guard from: /usr/share/tool\ndiversion by guard to: /usr/share/guard/tool\nzz-tool, guard: /usr/share/tool\n", Sh("dpkg -S /usr/share/tool"));
        Assert.Contains("zz-tool", _ground.Ez.Succeed("template", "show", app.Length == 0 ? "box" : "more", "--path", "/usr/share/guard/tool").Output, StringComparison.Ordinal);
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Theory]
    [InlineData("true # dpkg-divert", "configure: sandbox")]
    [InlineData(Divert, "configure: none")]
    public void Without_a_diversion_both_are_named(string preinst, string configure)
    {
        Publish(preinst);
        Ground.Fails(
            _ground.Ez.Run("build", _ground.Recipes.Os("box", "system, guard, zz-tool", configure)),
            3,
            "ez: packages `guard` and `zz-tool` both have `/usr/share/tool`, and neither replaces the other\nhint: leave one of them out: exclude: [zz-tool]");
    }

    private void Publish(string preinst) => _ground.Publish(
        0,
        DpkgPackage.Make(),
        Tool,
        new GeneratedPackage("guard", "1") { Depends = "system", Compressor = "none" }.File("/usr/share/tool", "guard's\n").Script("preinst", $"#!/bin/sh\nset -e\nmkdir -p /usr/share/guard\n{preinst}\n"));

    private string Sh(string script) => _ground.Ez.Succeed("env", "exec", "web", "--", "sh", "-c", script).Output;
}
