namespace EzTemplates.Environments.Tests;

/// <summary>What is not merged: caches that commands make anew, and what tools leave beside their files.</summary>
public sealed partial class MergingRemapTests
{
    [Fact]
    public void A_cache_that_would_be_the_old_version_s_is_made_anew_in_the_environment()
    {
        const string rebuild = "#!/bin/sh\ntest -z \"$(cat /proc/net/route | tail -n +2)\" || exit 4\ncat /lib.list > /etc/ld.so.cache\n";
        Mapping Version(string number, string script) => _ground.Version(number, [
            .. _ground.Tools("tail"), _ground.Text("/etc/ld.so.cache", number), _ground.Text("/lib.list", $"made for {number}\n"), _ground.Text("/bin/ldconfig", script, 0b111_101_101)]);
        var (old, next, broken) = (Version("1", rebuild), Version("2", rebuild), Version("3", "#!/bin/sh\nexit 3\n"));
        var root = Create(old);
        File.WriteAllText(root + "/etc/ld.so.cache", "private");
        var before = Picture(root);
        _ground.Environments.Unmount(Box);
        var remapper = new Remapper(_ground.Environments);
        var outcome = remapper.RunAll([Box], (_, _) => next, new RemapOptions())[0];
        Assert.Equal([("/etc/ld.so.cache", RemapAction.Rebuild)], outcome.Paths.Select(path => (path.Path.Latin1, path.Action)));
        Assert.Empty(outcome.Warnings);
        Assert.False(_ground.Environments.Show(Box).IsMounted);
        _ground.Environments.MountedRoot(Box);
        Assert.Equal("made for 2\n", File.ReadAllText(root + "/etc/ld.so.cache"));
        Assert.Equal([RemapAction.Restore], remapper.RunAll([Box], Remapper.EarlierMapping(null), new RemapOptions { Action = MappingAction.Rollback })[0].Paths.Select(path => path.Action));
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(before, Picture(root));

        var failed = remapper.RunAll([Box], (_, _) => broken, new RemapOptions())[0];
        Assert.Null(failed.Failure);
        Assert.Equal("`/etc/ld.so.cache` of environment `box` is still made for its old version: `ldconfig` failed with status 3; ez env exec box -- ldconfig -i", Assert.Single(failed.Warnings));
        Assert.True(_ground.Environments.Show(Box).IsMounted);
    }

    [Fact]
    public void The_links_that_come_with_the_bundle_of_certificates_go_with_it_at_a_roll_back()
    {
        const string certs = "/etc/ssl/certs", bundle = certs + "/ca-certificates.crt";
        const string rebuild = $$"""
            #!/bin/sh
            cd {{certs}} && for link in *.pem; do test ! -L "$link" || rm "$link"; done
            while read -r name; do ln -s "/usr/share/$name" "$name.pem"; done < /names
            cat /names > ca-certificates.crt
            """;
        Mapping Version(string number, params IEnumerable<string> names) => _ground.Version(number, [
            .. _ground.Tools(), .. names.Select(name => Link($"{certs}/{name}.pem", $"/usr/share/{name}")), _ground.Text("/names", string.Concat(names.Select(name => name + "\n"))),
            _ground.Text(bundle, number), _ground.Text("/usr/sbin/update-ca-certificates", rebuild, 0b111_101_101)]);
        var (first, second, third) = (Version("1", "both", "old"), Version("2", "both", "new"), Version("3", "third"));
        var root = Create(first);
        File.WriteAllText(root + bundle, "private");
        File.CreateSymbolicLink($"{root}{certs}/mine.pem", "/etc/mine");
        File.Delete($"{root}{certs}/both.pem");
        var before = Picture(root);
        var remapper = new Remapper(_ground.Environments);
        IEnumerable<string?> Links() => new DirectoryInfo(root + certs).GetFiles("*.pem").Select(file => file.Name).Order(StringComparer.Ordinal);
        void Map(Mapping version) => Assert.Empty(remapper.RunAll([Box], (_, _) => version, new RemapOptions())[0].Warnings);
        void RollBack() => Assert.Equal([bundle], remapper.RunAll([Box], Remapper.EarlierMapping(null), new RemapOptions { Action = MappingAction.Rollback })[0].Paths.Select(path => path.Path.Latin1));

        Map(second);
        Assert.Equal(["both.pem", "new.pem"], Links());
        RollBack();
        Assert.Equal(["mine.pem", "old.pem"], Links());
        Assert.Equal(before, Picture(root));

        // Over two mappings, and with a link of the environment's own that came since.
        Map(second);
        Map(third);
        Assert.Equal(["third.pem"], Links());
        File.CreateSymbolicLink($"{root}{certs}/since.pem", "/etc/since");
        RollBack();
        Assert.Equal(["both.pem", "new.pem", "since.pem"], Links());
        RollBack();
        Assert.Equal(["mine.pem", "old.pem", "since.pem"], Links());
    }

    [Theory]
    [InlineData("/etc/ld.so.cache")]
    [InlineData("/var/cache/ldconfig/aux-cache")]
    public void A_cache_that_cannot_be_kept_is_told_and_left_as_it_is(string large)
    {
        Mapping Version(string number) => _ground.Version(number, [
            .. _ground.Tools(), _ground.Text("/etc/ld.so.cache", number), _ground.Text("/bin/ldconfig", "#!/bin/sh\necho made > /etc/ld.so.cache\n", 0b111_101_101)]);
        var (old, next) = (Version("1"), Version("2"));
        var root = Create(old);
        File.WriteAllText(root + "/etc/ld.so.cache", "private");
        Directory.CreateDirectory(root + Path.GetDirectoryName(large));
        using (var file = File.OpenWrite(root + large))
        {
            file.SetLength(40 << 20);
        }

        var outcome = new Remapper(_ground.Environments).RunAll([Box], (_, _) => next, new RemapOptions())[0];
        Assert.Null(outcome.Failure);
        var told = Assert.Single(outcome.Paths);
        Assert.Equal(
            ("/etc/ld.so.cache", RemapAction.Keep, $"still made for the old version: `{large}` is no file of at most 33554432 bytes, which could be kept; ldconfig -i makes it anew"),
            (told.Path.Latin1, told.Action, told.Detail));
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(40 << 20, new FileInfo(root + large).Length);
        Assert.Equal(large == "/etc/ld.so.cache" ? 40 << 20 : 7, new FileInfo(root + "/etc/ld.so.cache").Length);
    }

    [Fact]
    public void Of_a_mapping_that_keeps_nothing_nothing_is_noted()
    {
        var kept = new KeptMappings(_ground.Environments.PrivateOf(Box));
        kept.NoteMade(2, _ground.Environments.PrivateOf(Box), DerivedCache.All);
        Assert.Empty(kept.AllOf(2));
    }

    [Fact]
    public void Backups_beside_the_files_that_are_merged_stay_as_the_environment_s_tools_left_them()
    {
        string[] backups = ["/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/var/lib/dpkg/status-old", "/var/cache/debconf/config.dat-old"];
        Mapping Version(string number, string passwd) => _ground.Version(number, [_ground.Text("/etc/passwd", passwd), .. backups.Append("/etc/subuid-").Select(path => _ground.Text(path, $"of {number}\n"))]);
        var (old, next) = (Version("1", Root), Version("2", Root + Redis));
        var root = Create(old);
        File.AppendAllText(root + "/etc/passwd", Deploy);
        Array.ForEach(backups, path => File.WriteAllText(root + path, "no record of any format\n"));
        var before = Picture(root);
        var remapper = new Remapper(_ground.Environments);
        Assert.Equal(["/etc/passwd"], remapper.RunAll([Box], (_, _) => next, new RemapOptions())[0].Paths.Select(path => path.Path.Latin1));
        Assert.All(backups, path => Assert.Equal("no record of any format\n", File.ReadAllText(root + path)));
        Assert.Equal("of 2\n", File.ReadAllText(root + "/etc/subuid-"));
        remapper.RunAll([Box], Remapper.EarlierMapping(null), new RemapOptions { Action = MappingAction.Rollback });
        Assert.Equal(before, Picture(root));
    }
}
