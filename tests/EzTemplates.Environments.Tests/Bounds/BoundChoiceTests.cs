namespace EzTemplates.Environments.Tests.Bounds;

/// <summary>What is chosen on machines of several kinds, by texts as their kernels give them.</summary>
public sealed class BoundChoiceTests
{
    private const int Own = 4711;
    private const string HostMap = "         0          0 4294967295\n";
    private const string All = "cpuset cpu io memory hugetlb pids rdma misc\n";
    private const string Point = "/sys/fs/cgroup";

    // Debian 12 with systemd.
    private const string Systemd = """
        22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
        26 22 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot

        """;

    private static readonly BoundPlace Limit = new BoundPlace.ProcessLimit();

    [Fact]
    public void The_hosts_root_makes_groups_in_the_nearest_slice_of_systemd()
    {
        var ground = Ground("0::/user.slice/user-0.slice/session-3.scope\n", Systemd, HostMap, 0, new()
        {
            [Point + "/user.slice/user-0.slice/session-3.scope"] = new(All, "", "812\n4711\n", false, true),
            [Point + "/user.slice/user-0.slice"] = new(All, "memory pids\n", "", false, true),
            [Point + "/user.slice"] = new(All, "cpu memory pids\n", "", false, true),
            [Point] = new(All, All, "1\n2\n", true, true),
        });
        Assert.Equal(Both(Unified("/user.slice/user-0.slice", UnifiedWay.Enabled)), BoundChoice.Of(ground, Own));
    }

    [Fact]
    public void An_ordinary_users_session_is_no_group_of_his_but_his_own_manager_has_some()
    {
        var manager = "/user.slice/user-1000.slice/user@1000.service";
        Dictionary<string, GroupFolder> folders = new()
        {
            [Point + "/user.slice/user-1000.slice/session-2.scope"] = new(All, "", "900\n4711\n", false, false),
            [Point + "/user.slice/user-1000.slice"] = new(All, "memory pids\n", "", false, false),
            [Point + manager] = new("cpu memory pids\n", "cpu memory pids\n", "", false, true),
            [Point + manager + "/app.slice"] = new("cpu memory pids\n", "cpu memory pids\n", "", false, true),
            [Point + manager + "/app.slice/run-r1.scope"] = new("cpu memory pids\n", "", "4711\n", false, true),
            [Point + manager + "/app.slice/run-r2.scope"] = new("cpu memory pids\n", "", "4700\n4711\n", false, true),
        };
        Assert.Equal(Both(Limit), BoundChoice.Of(Ground("0::/user.slice/user-1000.slice/session-2.scope\n", Systemd, HostMap, 1000, folders), Own));
        Assert.Equal(
            Both(Unified(manager + "/app.slice/run-r1.scope", UnifiedWay.LeaveAndEnable)), BoundChoice.Of(Ground($"0::{manager}/app.slice/run-r1.scope\n", Systemd, HostMap, 1000, folders), Own));
        Assert.Equal(
            Both(Unified(manager + "/app.slice", UnifiedWay.Enabled)), BoundChoice.Of(Ground($"0::{manager}/app.slice/run-r2.scope\n", Systemd, "0 1000 1\n", 0, folders), Own));
    }

    [Fact]
    public void A_container_has_what_is_writable_of_its_own_root_if_nothing_else_is_in_it()
    {
        // Docker with a private cgroup namespace: the container's group is the root, but not the very root.
        const string mounts = """
            700 699 0:98 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
            701 700 0:31 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate

            """;
        BoundGround With(string processes, bool ours) => Ground("0::/\n", mounts, HostMap, 0, new() { [Point] = new(All, "", processes, false, ours) });
        Assert.Equal(new ScriptBounds(new BoundPlace.Nothing(), Limit), BoundChoice.Of(With("1\n4711\n", false), Own));
        Assert.Equal(new ScriptBounds(new BoundPlace.Nothing(), Limit), BoundChoice.Of(With("1\n4711\n", true), Own));
        Assert.Equal(Both(Unified("", UnifiedWay.LeaveAndEnable)), BoundChoice.Of(With("4711\n", true), Own));
        Assert.Equal(Both(Unified("", UnifiedWay.Enable)), BoundChoice.Of(With("", true), Own));

        // With the host's namespace, a folder of the hierarchy is mounted; a group beside it is out of reach.
        const string id = "/docker/1ab25fa0c6ef";
        const string bound = $"701 700 0:31 {id} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw\n";
        Assert.Equal(
            Both(Unified("/init", UnifiedWay.Enable)),
            BoundChoice.Of(Ground($"0::{id}/init\n", bound, HostMap, 0, new() { [Point + "/init"] = new(All, "", "", false, true) }), Own));
        foreach (var beside in (string[])["/docker/other", id + "x", "/../other"])
        {
            Assert.Equal(Limit, BoundChoice.Of(Ground($"0::{beside}\n", bound, HostMap, 0, new() { [Point] = new(All, "memory pids\n", "", false, true) }), Own).Memory);
        }
    }

    [Theory]
    [InlineData("/user.slice/run-r1.scope", "")]
    [InlineData("/user.slice/run-r1.scope", "/inner")]
    [InlineData("", "")]
    public void Who_went_into_a_group_of_its_own_makes_the_next_beside_it_and_not_below(string scope, string below)
    {
        var own = $"{scope}/ez-own-{Own}-2f";
        Dictionary<string, GroupFolder> folders = new()
        {
            [Point + own + below] = new(All, "", $"{Own}\n", false, true),
            [Point + own] = new(All, "", below == "" ? $"{Own}\n" : "", false, true),
            [Point + scope] = new(All, "memory pids\n", "", false, true),
        };
        Assert.Equal(Both(Unified(scope, UnifiedWay.Enabled)), BoundChoice.Of(Ground($"0::{own}{below}\n", Systemd, HostMap, 0, folders), Own));
    }

    [Fact]
    public void Version_1_bounds_each_by_its_own_hierarchy_also_beside_a_version_2_without_controllers()
    {
        // A host whose init mounts all controllers by themselves, and version 2 beside them.
        const string groups = "9:name=systemd:/\n8:pids:/\n4:memory:/jobs/7\n2:cpu,cpuacct:/\n0::/\n";
        const string mounts = """
            40 22 0:30 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            41 22 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            42 22 0:32 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
            43 22 0:33 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw

            """;
        Dictionary<string, GroupFolder> folders = new()
        {
            [Point + "/unified"] = new("hugetlb\n", "", "1\n", true, true),
            [Point + "/pids"] = new("", "", "1\n", true, true),
            [Point + "/memory/jobs/7"] = new("", "", "4711\n", true, true),
        };
        Assert.Equal(
            new ScriptBounds(new BoundPlace.Separate(Point + "/pids"), new BoundPlace.Separate(Point + "/memory/jobs/7")), BoundChoice.Of(Ground(groups, mounts, HostMap, 0, folders), Own));
        folders[Point + "/pids"] = folders[Point + "/pids"] with { IsOurs = false };
        Assert.Equal(new ScriptBounds(new BoundPlace.Nothing(), new BoundPlace.Separate(Point + "/memory/jobs/7")), BoundChoice.Of(Ground(groups, mounts, HostMap, 0, folders), Own));
        Assert.Equal(new ScriptBounds(Limit, new BoundPlace.Separate(Point + "/memory/jobs/7")), BoundChoice.Of(Ground(groups, mounts, "0 100000 65536\n", 0, folders), Own));
    }

    [Fact]
    public void The_very_root_may_enable_controllers_whatever_is_in_it()
    {
        Dictionary<string, GroupFolder> folders = new() { [Point] = new(All, "cpu\n", "1\n4711\n", true, true) };
        Assert.Equal(Both(Unified("", UnifiedWay.Enable)), BoundChoice.Of(Ground("0::/\n", Systemd, HostMap, 0, folders), Own));
    }

    [Fact]
    public void A_machine_that_tells_nothing_has_limits_of_processes() =>
        Assert.Equal(new ScriptBounds(new BoundPlace.Nothing(), Limit), BoundChoice.Of(Ground("", "", HostMap, 0, []), Own));

    [Fact]
    public void What_is_chosen_here_can_be_made_here_and_goes_without_a_trace()
    {
        var bounds = ScriptBounds.OfThisProcess();
        string?[] made;
        using (var folders = new GroupFolders())
        {
            made =
            [
                .. bounds.Memory is BoundPlace.Unified unified ? [folders.TryMakeUnified(unified, [("pids.max", 99), ("memory.max", 1 << 30)])] : (string?[])[],
                .. bounds.Processes is BoundPlace.Separate processes ? [folders.TryMake(processes.Folder, [("pids.max", 99)])] : (string?[])[],
                .. bounds.Memory is BoundPlace.Separate memory ? [folders.TryMake(memory.Folder, [("memory.limit_in_bytes", 1 << 30)])] : (string?[])[],
            ];
            Assert.All(made, folder => Assert.True(Directory.Exists(folder)));
        }

        Assert.DoesNotContain(made, Directory.Exists);
    }

    private static BoundGround Ground(string groups, string mounts, string map, uint user, Dictionary<string, GroupFolder> folders) =>
        new(groups, mounts, map, user, folder => folders.GetValueOrDefault(folder));

    private static BoundPlace.Unified Unified(string folder, UnifiedWay way) => new(Point + folder, way);

    private static ScriptBounds Both(BoundPlace place) => new(place, place);
}
