using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>The shipped recipes are systems that dpkg and APT find in order.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ConfiguredRecipesTests(RealGround ground)
{
    public static TheoryData<string> Recipes() =>
        TestScale.IsFull ? ["debian-12", "debian-13", "nginx", "postgresql", "python3", "build-essential"] : ["debian-12", "nginx"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Dpkg_and_apt_find_every_package_configured_and_no_file_changed(string recipe)
    {
        var environment = ground.Create(recipe);
        var rows = ground.LayersOf(recipe).Sum(file => Packages(file).Count);
        var states = ground.Exec(environment, "dpkg-query", "-W", "-f", "${Status}\\n").Succeed().Lines;
        Assert.Equal(Enumerable.Repeat("install ok installed", rows), states);
        Assert.Equal("", ground.Exec(environment, "sh", "-c", "dpkg --audit && dpkg -V").Succeed().Output);
        ground.Exec(environment, "apt-get", "check").Succeed();
        Assert.Equal("base-files: /etc/debian_version\n", ground.Exec(environment, "dpkg", "-S", "/etc/debian_version").Succeed().Output);
        Assert.Equal("apt\n", ground.Exec(environment, "sh", "-c", "apt-mark showmanual | grep '^apt$'").Succeed().Output);
    }

    [Fact]
    public void Nginx_serves_a_page()
    {
        ground.Up("nginx");
        const string Script = "nginx && exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3";
        Assert.Contains("Welcome to nginx!", ground.Ez.Succeed("run", "--network", "none", "nginx", "--", "bash", "-c", Script).Output, StringComparison.Ordinal);
    }

    private static List<string> Packages(string lockFile)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        return [.. held.RootElement.GetProperty("packages").EnumerateArray().Select(row => row.GetProperty("name").GetString()!)];
    }
}
