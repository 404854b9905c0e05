using System.Text.RegularExpressions;
using EzTemplates.Cli.Tests.Real;
using EzTemplates.Cli.Tests.Rpm.Shipped;
using EzTemplates.Operations;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>
/// The shipped RPM recipes, on a generated repository with packages of the same names: their own mirrors are out of a test's reach. All in
/// them stays as it is but for the fingerprints, and <c>--mirror</c> takes the place of their mirrors.
/// </summary>
[Collection(OtherNamespaces.Name)]
public sealed partial class ShippedRpmRecipesTests : IDisposable
{
    private readonly RpmRecipes _ground;

    public ShippedRpmRecipesTests()
    {
        Requires.Root();
        Requires.Overlay();
        foreach (var tool in (string[])["rpm", "rpmbuild", "rpmsign", "busybox"])
        {
            Requires.Tool(tool);
        }

        _ground = new RpmRecipes();
    }

    public void Dispose()
    {
        _ = _ground?.Ez.Run("env", "remove", "web");
        _ground?.Dispose();
    }

    [Fact]
    public void Rocky_Linux_and_nginx_on_it_are_built_updated_and_rolled_back() => Go(RockyLinux.Nine);

    /// <summary>This machine's rpm stands for that of Rocky Linux, but not for Fedora's, which makes users, nor for openSUSE's, whose database is of another form.</summary>
    [Fact]
    public void Rocky_Linux_and_nginx_on_it_equal_what_dnf_installs()
    {
        Requires.Tool("dnf");
        var distribution = RockyLinux.Nine;
        _ground.Repository.Publish(new RpmPublishOptions { Date = Ground.Day(0) }, distribution.Build(_ground.Repository).First);
        _ = Copy(distribution.Os);
        Up(Copy("nginx-" + distribution.Os));
        var dnf = new DnfRoot(_ground.Temp, _ground.Server.Address, _ground.Repository.KeyFile);
        var theirs = _ground.Temp.At("theirs");
        foreach (var (epoch, names) in ((string[])[distribution.Os, "nginx-" + distribution.Os]).Select(name => DnfRoot.ReadLock(_ground.LockOf(name))))
        {
            dnf.Install(theirs, epoch, names);
        }

        var allowed = PeerDifferences.Read(DnfComparisonTests.Allowed);
        var told = new RootComparison(dnf, allowed).Compare(Root, theirs, DnfRoot.ReadLock(_ground.LockOf("nginx-" + distribution.Os)).Epoch);

        // dnf's root has no devices for scripts to write to, and no sources that ez writes.
        Assert.Equal([], told.Where(line => !line.StartsWith("/dev/null:", StringComparison.Ordinal) && !line.StartsWith("/etc/yum.repos.d/ez", StringComparison.Ordinal)));
    }

    [Fact]
    public void Fedora_and_nginx_on_it_are_built_updated_and_rolled_back() => Go(FedoraLinux.FortyFour);

    [Fact]
    public void openSUSE_Leap_and_nginx_on_it_are_built_updated_and_rolled_back() => Go(OpenSuse.Leap);

    private void Go(ShippedDistribution distribution)
    {
        var (first, second) = distribution.Build(_ground.Repository);
        var (os, app) = (Copy(distribution.Os), Copy("nginx-" + distribution.Os));
        _ground.Repository.Publish(new RpmPublishOptions { Date = Ground.Day(0), Checksum = distribution.Checksum }, first);
        var up = Up(app);
        Assert.DoesNotContain("warning", up.Error, StringComparison.Ordinal);
        Assert.Equal(distribution.OsPackages, _ground.Rows(distribution.Os).Select(row => row.Split(' ')[0]));
        Assert.Equal(distribution.AppPackages, _ground.Rows("nginx-" + distribution.Os).Select(row => row.Split(' ')[0]));
        Assert.Contains("baseurl=" + _ground.Server.Address, Exec("cat /" + distribution.Sources), StringComparison.Ordinal);
        AssertIs(distribution, distribution.Nginx.First);

        // What the environment has of its own stands in each.
        Exec("echo 'worker_processes 2;' >/etc/nginx/nginx.conf; echo 'deploy:x:1000:1000::/:/bin/sh' >>/etc/passwd");
        _ground.Repository.Publish(new RpmPublishOptions { Date = Ground.Day(1), Checksum = distribution.Checksum }, second);
        _ground.Ez.Succeed(["update", os, app, .. Mirrors(app)]);
        _ground.Ez.Succeed("upgrade", "web");
        AssertIs(distribution, distribution.Nginx.Second, "S.5....T.  c /etc/nginx/nginx.conf");
        _ground.Ez.Succeed("rollback", "web");
        AssertIs(distribution, distribution.Nginx.First, "S.5....T.  c /etc/nginx/nginx.conf");
        Assert.Equal("worker_processes 2;\ndeploy\n", Exec("cat /etc/nginx/nginx.conf; id -nu deploy"));
        _ground.Ez.Succeed("store", "check");
        Assert.All(_ground.Server.Requests, request => Assert.Equal(200, request.Status));
    }

    /// <summary>Of this version of nginx, which runs, and of which no file is another than its package says, but for those named.</summary>
    private void AssertIs(ShippedDistribution distribution, string nginx, params string[] changed)
    {
        Assert.Equal($"nginx version: nginx/{nginx}\n", Exec("nginx -v"));
        Assert.Equal($"page of {nginx}\n", Exec("nginx && wget -qO- http://127.0.0.1/"));
        Assert.Equal("nginx:root 770\nnginx\n", Exec("stat -c '%U:%G %a' /var/lib/nginx; id -gn nginx"));
        Assert.Equal("/usr/lib/systemd/system/nginx.service\n", Exec("readlink /etc/systemd/system/multi-user.target.wants/nginx.service"));
        var root = Root;
        var database = Readable(root, distribution.Database);
        Assert.Equal(
            distribution.OsPackages.Concat(distribution.AppPackages).Order(StringComparer.Ordinal),
            Rpm("-qa", "--qf", "%{NAME}\\n").Order(StringComparer.Ordinal));
        Assert.Equal([nginx], Rpm("-q", "--qf", "%{VERSION}\\n", "nginx"));
        Assert.Equal(distribution.Verified.Concat(changed).Order(StringComparer.Ordinal), Rpm("-Va").Order(StringComparer.Ordinal));

        IReadOnlyList<string> Rpm(params string[] arguments) => ToolRun.Run("rpm", ["--root", root, "--dbpath", database, .. arguments]).Lines;
    }

    /// <summary>Where this machine's rpm finds the root's database: one in ndb, which that does not read, is written there as SQLite.</summary>
    private static string Readable(string root, string folder)
    {
        var ndb = Path.Combine(root + folder, RpmNdbFile.Name);
        if (!File.Exists(ndb))
        {
            return folder;
        }

        const string passing = "/run/read";
        Directory.CreateDirectory(root + passing);
        File.WriteAllBytes(Path.Combine(root + passing, RpmDatabaseFile.Name), RpmDatabaseFile.Write(RpmDatabaseFile.Read(File.ReadAllBytes(ndb))));
        return passing;
    }

    /// <summary>A shipped recipe with this repository's key, which this machine has, in the place of the distribution's.</summary>
    private string Copy(string name)
    {
        var keys = Directory.CreateDirectory(Path.Combine(_ground.Host, "etc/pki/rpm-gpg")).FullName;
        File.Copy(_ground.Repository.KeyFile, Path.Combine(keys, "RPM-GPG-KEY-generated"), overwrite: true);
        var shipped = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "recipes", name + ".yaml"));
        return _ground.Write(name, Fingerprint().Replace(shipped, _ground.Repository.Key.Fingerprint));
    }

    private ToolRun Up(string recipe) => _ground.Ez.Succeed(["up", recipe, "--name", "web", .. Mirrors(recipe)]);

    private string[] Mirrors(string recipe) => [.. RecipeFile.Load(recipe).Repositories.SelectMany(repository => new[] { "--mirror", $"{repository.Id}={_ground.Server.Address}" })];

    private string Root => _ground.Ez.Succeed("env", "path", "web").Output.TrimEnd();

    private string Exec(string script)
    {
        var run = _ground.Ez.Succeed("env", "exec", "--network", "none", "web", "--", "/bin/bash", "-c", script);
        return run.Output + run.Error;
    }

    [GeneratedRegex("[0-9A-F]{40}", RegexOptions.CultureInvariant)]
    private static partial Regex Fingerprint();
}
