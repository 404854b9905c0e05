using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;
using Xunit;

namespace EzTemplates.Formats.Tests.Recipes;

public sealed class MachineConfigYamlTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512B", 512)]
    [InlineData("800MB", 800_000_000)]
    [InlineData("10 GB", 10_000_000_000)]
    [InlineData("1.5TB", 1_500_000_000_000)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("3k", 3000)]
    public void A_quota_is_read_as_people_write_it(string text, long bytes) =>
        Assert.Equal(bytes, MachineConfigYaml.Read($"archives: {{quota: {text}}}", "config.yaml").ArchiveQuota);

    [Theory]
    [InlineData("much")]
    [InlineData("-1GB")]
    [InlineData("10XB")]
    [InlineData("999999999999999TB")]
    public void What_is_no_number_of_bytes_is_told_with_its_place(string text)
    {
        var refused = Assert.Throws<EzException>(() => MachineConfigYaml.Read($"archives: {{quota: {text}}}", "config.yaml"));
        Assert.Equal((FailureKind.Usage, true), (refused.Kind, refused.Message.Contains("config.yaml", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_scripts_may_take_is_read_and_the_rest_is_as_usual()
    {
        Assert.Equal(
            new ScriptAllowance { Time = TimeSpan.FromMinutes(45), Disk = 4_000_000_000, Processes = 512 },
            MachineConfigYaml.Read("scripts: {time: 45min, disk: 4GB, processes: 512}", "config.yaml").Scripts);
        Assert.Equal(
            new ScriptAllowance { Time = TimeSpan.FromHours(2), Memory = 1 << 30 },
            MachineConfigYaml.Read("scripts: {time: 2 h, memory: 1GiB}", "config.yaml").Scripts);
        Assert.Equal(new ScriptAllowance(), MachineConfigYaml.Read("mirrors: {}", "config.yaml").Scripts);
    }

    [Theory]
    [InlineData("time: 0s", "`0s` is not a time")]
    [InlineData("time: 200h", "`200h` is not a time")]
    [InlineData("time: soon", "`soon` is not a time")]
    [InlineData("disk: half", "`half` is not a number of bytes")]
    [InlineData("disk: 0", "`disk` is `0`; it can be `16MB` or more")]
    [InlineData("disk: 15.9MB", "`disk` is `15.9MB`; it can be `16MB` or more")]
    [InlineData("memory: 0", "`memory` is `0`; it can be `64MB` or more")]
    [InlineData("memory: 1", "`memory` is `1`; it can be `64MB` or more")]
    [InlineData("processes: 3", "`processes` is `3`; it can be a number from 16 to 1000000")]
    [InlineData("cores: 2", "unknown key `cores`")]
    public void What_scripts_may_not_take_is_told(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<EzException>(() => MachineConfigYaml.Read($"scripts: {{{text}}}", "config.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_least_that_scripts_may_be_given_is_taken() => Assert.Equal(
        new ScriptAllowance { Time = TimeSpan.FromSeconds(1), Disk = 16_000_000, Memory = 64_000_000, Processes = 16 },
        MachineConfigYaml.Read("scripts: {time: 1s, disk: 16MB, memory: 64MB, processes: 16}", "config.yaml").Scripts);

    [Fact]
    public void Without_one_there_is_none() => Assert.Null(MachineConfigYaml.Read("mirrors: {}", "config.yaml").ArchiveQuota);
}
