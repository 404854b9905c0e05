using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>
/// A real system that an administrator works in (users, packages of APT's, edits, deletions), on its way to new packages and another
/// application, and back.
/// </summary>
[Collection(RealGroundUsers.Name)]
public sealed class AdministeredSystemTests(RealGround ground)
{
    private const string Administer = """
        set -e
        adduser --quiet --disabled-password --gecos '' deploy
        apt-get update -qq
        apt-get install -qq -y tree redis-server >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; exit 1; }
        echo '# mine' >>/etc/nginx/nginx.conf
        rm /usr/share/doc/nginx-common/copyright
        """;

    private const string NewNginx = "sed -i 's#nginx/1\\.22\\.1#nginx/1.22.9#' usr/sbin/nginx";
    private const string NewCommon = "for file in etc/nginx/nginx.conf etc/nginx/mime.types usr/share/doc/nginx-common/copyright; do echo '# next' >>$file; done";
    private const string NewLibrary = "cd lib/x86_64-linux-gnu && mv libz.so.1.2.13 libz.so.1.2.99 && ln -sf libz.so.1.2.99 libz.so.1 && cd ../..";

    // It listens a moment after the program that started it has ended.
    private const string Redis = "su -s /bin/sh redis -c 'redis-server /etc/redis/redis.conf' && timeout 20 sh -c 'until redis-cli ping 2>/dev/null | grep -q PONG; do :; done' && redis-cli ping";
    private const string Twice = """
        for file in passwd group shadow gshadow; do cut -d: -f1 /etc/$file | sort | uniq -d; done
        for file in passwd group; do cut -d: -f3 /etc/$file | sort | uniq -d; done
        """;

    // Where the services that were started keep what is theirs, and the programs that looked.
    private static readonly string[] OfServices =
        ["/etc/postgresql", "/etc/ssl", "/run", "/tmp", "/var/cache/apt", "/var/lib/nginx", "/var/lib/postgresql", "/var/lib/redis", "/var/log"];

    [Fact]
    public void Users_packages_edits_and_deletions_stand_while_nginx_and_a_library_change_and_postgresql_comes()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        Requires.Overlay();
        Requires.Tool("gpg");
        Requires.HostMirror();
        using var repository = new GeneratedRepository();
        using var server = new LocalServer(repository.Root);
        repository.Publish(new PublishOptions { Date = Ground.Day(0) }, new GeneratedPackage("nothing", "1"));
        WriteRecipes(repository, server);
        Build("admin-nginx");
        ground.Ez.Succeed("env", "create", "admin", "--template", "admin-os", "--with", "admin-nginx");
        Bash("admin", Administer, "host");
        var before = Picture("admin");
        PublishNext(repository);
        Build("admin-postgresql");

        GoForward("admin");
        ground.Ez.Succeed("rollback", "admin", "--to", "admin-nginx@1.0.0");
        Assert.Equal(before, Picture("admin"));

        GoForward("admin");
        AssertWorks("admin");
        ground.Ez.Succeed("rollback", "admin", "--to", "admin-nginx@1.0.0");
        var after = Picture("admin");
        Assert.DoesNotContain(after.Except(before).Concat(before.Except(after)), line => !IsOfServices(line));
        AssertRefusesCollision("admin");
    }

    private void GoForward(string environment)
    {
        var upgraded = RealGround.Json(ground.Ez.Succeed("upgrade", environment, "--json"));
        Assert.Equal(["/etc/nginx/nginx.conf keep", "/usr/share/doc/nginx-common/copyright keep", "/var/lib/dpkg/status merge"], Actions(upgraded));
        Assert.Superset(new HashSet<string> { "/etc/passwd merge", "/etc/group merge", "/etc/ld.so.cache rebuild" }, Actions(RealGround.Json(ground.Ez.Succeed("env", "add-app", environment, "admin-postgresql", "--json"))).ToHashSet());
    }

    private static bool IsOfServices(string line) =>
        OfServices.Any(folder => line.Contains($" {folder} ", StringComparison.Ordinal) || line.Contains($" {folder}/", StringComparison.Ordinal));

    private static IEnumerable<string> Actions(JsonElement report) =>
        report.GetProperty("changes")[0].GetProperty("paths").EnumerateArray().Select(path => $"{path.GetProperty("path").GetString()} {path.GetProperty("action").GetString()}");

    private void AssertWorks(string environment)
    {
        Assert.Equal("nginx version: nginx/1.22.9\n/usr/lib/x86_64-linux-gnu/libz.so.1.2.99\n", Bash(environment, "nginx -v 2>&1; readlink -f /lib/x86_64-linux-gnu/libz.so.1"));
        Assert.Equal("", Bash(environment, Twice));
        Assert.Equal("deploy redis postgres \n", Bash(environment, "id -nu deploy redis postgres | tr '\\n' ' '; echo"));
        Assert.EndsWith("\nPONG\n", "\n" + Bash(environment, Redis), StringComparison.Ordinal);
        Assert.Equal("1\n", Bash(environment, WholeSystemTests.Postgres));
        Assert.Contains("Welcome to nginx!", Bash(environment, WholeSystemTests.Nginx), StringComparison.Ordinal);

        Assert.Equal("??5?????? c /etc/nginx/nginx.conf\nmissing     /usr/share/doc/nginx-common/copyright\n", Bash(environment, "dpkg --audit && apt-get check -qq && dpkg -V || true"));
        Assert.Equal("# mine\n# next\n", Bash(environment, "tail -qn1 /etc/nginx/nginx.conf /etc/nginx/mime.types; test ! -e /usr/share/doc/nginx-common/copyright"));
    }

    /// <summary>One that the environment's root gave to a user of his own, before the application brings another.</summary>
    private void AssertRefusesCollision(string environment)
    {
        var uid = File.ReadLines(Path.ChangeExtension(ground.RecipeOf("admin-os"), "ids")).Single(line => line.StartsWith("user postgres ", StringComparison.Ordinal)).Split(' ')[2];
        Bash(environment, $"useradd -N -u {uid} mallory");
        var (before, history) = (Picture(environment), ground.Ez.Succeed("env", "show", environment, "--json").Output);
        var refused = ground.Ez.Run("env", "add-app", environment, "admin-postgresql");
        Assert.Equal(7, refused.ExitCode);
        Assert.Contains($"`/etc/passwd`: user `postgres` has uid {uid} in the new version, and so has the environment's own `mallory`\nhint: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Picture(environment));
        Assert.Equal(history, ground.Ez.Succeed("env", "show", environment, "--json").Output);
    }

    private void PublishNext(GeneratedRepository repository)
    {
        repository.Publish(
            new PublishOptions { Date = Ground.Day(1) },
            Rebuilt(repository, "admin-nginx", "nginx", NewNginx),
            Rebuilt(repository, "admin-nginx", "nginx-common", NewCommon),
            Rebuilt(repository, "admin-os", "zlib1g", NewLibrary));
        ground.Ez.Succeed("update", ground.RecipeOf("admin-os"));
    }

    private void WriteRecipes(GeneratedRepository repository, LocalServer server)
    {
        var own = $"repositories:\n  - {{id: rebuilt, mirrors: [\"{server.Address}\"], suites: [stable-one], components: [main], keys: {repository.KeyFile}}}\n";
        ground.Write("admin-os", File.ReadAllText(ground.RecipeOf("debian-12")).Replace("name: debian-12", "name: admin-os", StringComparison.Ordinal).Replace("repositories:\n", own, StringComparison.Ordinal));
        foreach (var app in (string[])["nginx", "postgresql"])
        {
            ground.Write("admin-" + app, File.ReadAllText(ground.RecipeOf(app)).Replace($"name: {app}", $"name: admin-{app}", StringComparison.Ordinal).Replace("base: debian-12", "base: admin-os", StringComparison.Ordinal));
        }
    }

    private GeneratedPackage Rebuilt(GeneratedRepository repository, string recipe, string package, string change)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(ground.LockOf(recipe)));
        var row = held.RootElement.GetProperty("packages").EnumerateArray().Single(row => row.GetProperty("name").GetString() == package);
        return RebuiltPackage.Put(repository, ground.ArchiveOf(row.GetProperty("sha256").GetString()!), "+next1", change);
    }

    private void Build(string recipe) => ToolRun.Run(ground.Ez.Command("build", ground.RecipeOf(recipe)) with { Timeout = TimeSpan.FromMinutes(10) }).Succeed();

    /// <summary>Every path with all that is seen of it; also those that each environment has of its own.</summary>
    private IReadOnlyList<string> Picture(string environment) => SeenTree.List(ground.Mount(environment), "/etc/machine-id", "/etc/apt/sources.list.d/ez.sources").Lines();

    private string Bash(string environment, string script, string network = "none") =>
        ground.Ez.Succeed("env", "exec", "--network", network, environment, "--", "bash", "-c", script).Output;
}
