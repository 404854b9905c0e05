using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>The main job on an rpm-md repository, as a user runs it: from a recipe to an environment, to the next snapshot, and back.</summary>
public sealed class RpmEnvironmentTests : IDisposable
{
    private static readonly GeneratedRpm Base = new("base", "1") { Files = [("/etc/base.conf", "of base\n")] };
    private static readonly GeneratedRpm App = new("app", "1") { Requires = ["base"], Files = [("/usr/share/app/page", "first\n")] };
    private static readonly GeneratedRpm NextApp = new("app", "2") { Requires = ["base", "library"], Files = [("/usr/share/app/page", "second\n")] };
    private static readonly GeneratedRpm Library = new("library", "1");

    private readonly RpmRecipes _ground;

    public RpmEnvironmentTests()
    {
        Requires.Root();
        Requires.Overlay();
        Requires.Tool("rpm");
        _ground = new RpmRecipes();
        _ground.Repository.SignsPackages = true;
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_environment_goes_with_the_repository_and_back()
    {
        _ground.Publish(0, Base, App);
        Write(_ground.Repository.KeyFile);
        _ground.Ez.Succeed("up", _ground.Temp.At("recipes/site.yaml"), "--name", "web");
        Assert.Equal(("first\n", "app-1-1 base-1-1"), (Page, Installed));
        Assert.Equal("", Rpm("-Va"));

        // What the environment has for itself stands in each.
        File.WriteAllText(Path.Combine(Root, "etc/base.conf"), "of its own\n");
        _ground.Publish(1, Base, NextApp, Library);
        _ground.Ez.Succeed("update", _ground.Temp.At("recipes/site.yaml"));
        Assert.Equal("first\n", Page);
        _ground.Ez.Succeed("upgrade", "web");
        Assert.Equal(("second\n", "app-2-1 base-1-1 library-1-1"), (Page, Installed));
        Assert.Equal("of its own\n", File.ReadAllText(Path.Combine(Root, "etc/base.conf")));

        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(("first\n", "app-1-1 base-1-1"), (Page, Installed));
        Assert.Equal("of its own\n", File.ReadAllText(Path.Combine(Root, "etc/base.conf")));
        _ground.Ez.Succeed("store", "check");
    }

    [Fact]
    public void Packages_are_verified_by_a_key_of_this_machine_that_the_recipe_names_by_fingerprint()
    {
        _ground.Publish(0, Base, App);
        Write($"[{_ground.Repository.Key.Fingerprint}]");
        var keys = Directory.CreateDirectory(Path.Combine(_ground.Host, "etc/pki/rpm-gpg")).FullName;
        File.Copy(_ground.Repository.KeyFile, Path.Combine(keys, "RPM-GPG-KEY-generated"));
        _ground.Ez.Succeed("build", _ground.Temp.At("recipes/site.yaml"));
    }

    [Fact]
    public void Packages_are_verified_by_a_key_whose_file_lies_beside_the_recipe_and_environments_have_it()
    {
        _ground.Publish(0, Base, App, new GeneratedRpm("dnf", "4") { Files = [("/usr/bin/dnf", ""), ("/etc/yum.repos.d/README", "lists\n")] });
        var fingerprint = _ground.Repository.Key.Fingerprint;
        Write($"[{fingerprint}]", ", dnf");
        var absent = _ground.Ez.Run("build", _ground.Temp.At("recipes/site.yaml"));
        Assert.Equal(5, absent.ExitCode);
        Assert.Contains($"no key file of this host has the key `{fingerprint}`; looked for in `{_ground.Host}/etc/pki/rpm-gpg` (not there), ", absent.Error, StringComparison.Ordinal);
        Assert.Contains($"`keys: [{{file: keys/NAME.asc, fingerprint: {fingerprint}}}]`", absent.Error, StringComparison.Ordinal);

        using var other = new SigningKey();
        other.WritePublicKey(Path.Combine(_ground.Host, "etc/pki/rpm-gpg/other.asc"));
        Write($"[{{file: keys/own.asc, fingerprint: {fingerprint}}}, {other.Fingerprint}]", ", dnf");
        var file = _ground.Temp.WriteFile("recipes/keys/own.asc", other.ArmoredPublicKey);
        var wrong = _ground.Ez.Run("build", _ground.Temp.At("recipes/site.yaml"));
        Assert.Equal(5, wrong.ExitCode);
        Assert.Contains($"the key file `keys/own.asc` does not have the key `{fingerprint}`; it has `{other.Fingerprint}`", wrong.Error, StringComparison.Ordinal);

        File.WriteAllText(file, other.ArmoredPublicKey + File.ReadAllText(_ground.Repository.KeyFile));
        _ground.Ez.Succeed("build", _ground.Temp.At("recipes/site.yaml"));
        File.Delete(file);
        _ground.Ez.Succeed("env", "create", "web", "--template", "site");
        var keys = ToolRun.Run("gpg", "--show-keys", "--with-colons", Path.Combine(Root, "etc/yum.repos.d/ez-baseos.asc")).Succeed().Lines.Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Select(line => line.Split(':')[9]);
        Assert.Equal(new[] { fingerprint, other.Fingerprint }.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void A_package_that_nobody_signed_is_refused_and_nothing_of_it_is_kept()
    {
        _ground.Repository.SignsPackages = false;
        _ground.Publish(0, Base, App);
        Write(_ground.Repository.KeyFile);
        var refused = _ground.Ez.Run("build", _ground.Temp.At("recipes/site.yaml"));
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("is not signed", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_ground.Temp.At("store/store/contents"), "*", SearchOption.AllDirectories));
    }

    private void Write(string keys, string more = "")
    {
        _ground.Write("system", $$"""
            format: 1
            name: system
            kind: os
            version: "1.0"
            family: rpm
            architecture: x86_64
            repositories:
              - {id: baseos, mirrors: ["{{_ground.Server.Address}}"], keys: {{keys}}}
            packages: [base{{more}}]
            """);
        _ground.App("site", "system", "app");
    }

    private string Root => _ground.Ez.Succeed("env", "path", "web").Output.TrimEnd();

    private string Page => File.ReadAllText(Path.Combine(Root, "usr/share/app/page"));

    private string Installed => string.Join(' ', Rpm("-qa", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}\\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    /// <summary>This machine's rpm, on the environment's database.</summary>
    private string Rpm(params string[] arguments) => ToolRun.Run("rpm", ["--root", Root, "--dbpath", "/var/lib/rpm", .. arguments]).Succeed().Output;
}
