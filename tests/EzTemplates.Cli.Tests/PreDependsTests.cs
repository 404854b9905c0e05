using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A preinst that runs programs of a package that its own pre-depends on, which is as new as it is (as sse4.2-support and ejabberd have).</summary>
public sealed class PreDependsTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void What_a_package_pre_depends_on_is_there_when_its_preinst_runs_and_its_own_files_are_not()
    {
        GeneratedPackage Package(string name) => new GeneratedPackage(name, "1") { Compressor = "none", Depends = "system" };
        _ground.Publish(
            0,
            DpkgPackage.Make(),
            Package("a-user") with { PreDepends = "m-tool", Depends = "z-other" },
            Package("b-last").File("/usr/share/b-last", "") with { PreDepends = "c-virtual" },
            Package("m-tool").File("/usr/bin/m-tool", "#!/bin/sh\n. /usr/share/n-lib\n", 0b111_101_101).Script("preinst", "#!/bin/sh\ntest ! -e /usr/share/n-lib\n") with { Depends = "n-lib" },
            Package("n-lib").File("/usr/share/n-lib", "echo works >> /said\n"),
            Package("q-user").File("/usr/share/q-user", "").Script("preinst", "#!/bin/sh\nset -e\nm-tool\ntest ! -e /usr/share/q-user\ntest ! -e /usr/share/b-last\n") with { PreDepends = "m-tool", Provides = "c-virtual" },
            Package("r-user").Script("preinst", "#!/bin/sh\nset -e\ntest -e /usr/share/q-user\ntest -e /usr/share/b-last\nm-tool\n") with { PreDepends = "b-last" },
            Package("z-other"));
        _ground.Recipes.Os("box", "system", "configure: sandbox");
        _ground.Ez.Succeed("up", _ground.Recipes.App("more", "box", "r-user, a-user, z-other"), "--name", "web");
        Assert.Equal("works\nworks\n", Sh("cat /said"));
        Assert.Equal("", Sh("dpkg --audit; dpkg -V"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    private string Sh(string script) => _ground.Ez.Succeed("env", "exec", "web", "--", "sh", "-c", script).Output;
}
