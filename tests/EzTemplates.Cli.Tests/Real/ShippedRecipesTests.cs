using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Each recipe that the repository ships works, from this machine's mirror to a program that runs.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ShippedRecipesTests(RealGround ground)
{
    [Fact]
    public void Debian_12_runs_its_bash_and_apt()
    {
        Assert.Equal("12\n", Run("debian-12", "bash", "-c", ". /etc/os-release; echo $VERSION_ID").Output);
        Assert.StartsWith("apt ", Run("debian-12", "apt", "--version").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Debian_13_runs_its_bash()
    {
        Assert.Equal("13 5\n", Run("debian-13", "bash", "-c", ". /etc/os-release; echo $VERSION_ID ${BASH_VERSINFO[0]}").Output);
    }

    [Fact]
    public void Nginx_prints_its_version()
    {
        Assert.StartsWith("nginx version: nginx/1.22.", Run("nginx", "nginx", "-v").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Postgresql_prints_its_version()
    {
        var run = Run("postgresql", "sh", "-c", "/usr/lib/postgresql/15/bin/postgres --version");
        Assert.StartsWith("postgres (PostgreSQL) 15.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Python_imports_modules_that_need_other_packages()
    {
        var run = Run("python3", "python3", "-c", "import ssl, sqlite3, json; print(json.dumps([ssl.OPENSSL_VERSION_INFO[0], sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()[0]]))");
        Assert.Equal("[3, 42]\n", run.Output);
    }

    [Theory]
    [InlineData("gcc", "c", "#include <stdio.h>\nint main(void) { return puts(\"compiled\") < 0; }\n")]
    [InlineData("g++", "cc", "#include <iostream>\nint main() { std::cout << \"compiled\" << std::endl; }\n")]
    public void A_compiler_makes_a_program_that_runs(string compiler, string suffix, string source)
    {
        ground.Up("build-essential");
        var script = $"cat > /tmp/a.{suffix} && {compiler} -O2 -o /tmp/a /tmp/a.{suffix} && /tmp/a";
        var command = ground.Ez.Command("env", "exec", "build-essential", "--", "sh", "-c", script) with { Stdin = System.Text.Encoding.UTF8.GetBytes(source) };
        Assert.Equal("compiled\n", ToolRun.Run(command).Succeed().Output);
    }

    [Fact]
    public void Make_builds_a_bound_source_tree_in_a_throw_away_environment()
    {
        ground.Up("build-essential");
        using var source = new TempFolder();
        source.WriteFile("main.c", "#include <stdio.h>\nint main(void) { return puts(\"built\") < 0; }\n");

        // What make calls `cc` is a link that gcc's maintainer script makes.
        source.WriteFile("Makefile", "CC = gcc\nmain: main.o\n");
        string[] run = ["run", "build-essential", "--bind", $"{source.Root}:/src", "--"];
        ground.Ez.Succeed([.. run, "make", "-C", "/src"]);
        Assert.Equal("built\n", ground.Ez.Succeed([.. run, "/src/main"]).Output);
        Assert.Equal(["main.o"], ground.Ez.Succeed([.. run, "sh", "-c", "cd /src && ls *.o"]).Lines);
    }

    [Fact]
    public void No_package_tool_was_called_on_the_way()
    {
        ground.Fakes.AssertInTheWay();
        foreach (var recipe in (string[])["debian-12", "nginx"])
        {
            ground.Up(recipe);
        }

        ground.Fakes.AssertNoneCalled();
    }

    private ToolRun Run(string recipe, params IReadOnlyList<string> command)
    {
        ground.Up(recipe);
        var run = ground.Exec(recipe, command).Succeed();
        ground.Fakes.AssertNoneCalled();
        return run;
    }
}
